"""The one exception for what a learner or the world got wrong: a clear sentence and a way out."""


class DaysError(Exception):
    """Something a person can mend. The message says what is wrong and what to do next."""

    def _render_traceback_(self) -> list[str]:
        """IPython's hook: show the sentence alone, not a traceback through our code."""
        return [f"{type(self).__name__}: {self}"]
