"""The map of the hundred days, and how faults in it are reported."""

import math

import pytest
import yaml

from shared import curriculum
from shared.curriculum import Bar
from shared.errors import DaysError

KNOWN = curriculum.load()


# --- the real map -------------------------------------------------------------------------


def test_a_hundred_days_in_order():
    assert list(KNOWN.days) == list(range(1, 101))
    assert [facts.number for facts in KNOWN.days.values()] == list(range(1, 101))


def test_slugs_and_titles_are_unique():
    days = KNOWN.days.values()
    assert len({facts.slug for facts in days}) == 100
    assert len({facts.title for facts in days}) == 100


def test_phases_are_contiguous_and_numbered():
    phases = list(dict.fromkeys(facts.phase for facts in KNOWN.days.values()))
    assert [phase.partition("_")[0] for phase in phases] == [f"phase{i}" for i in range(1, 9)]
    order = [phases.index(facts.phase) for facts in KNOWN.days.values()]
    assert order == sorted(order)


def test_days_build_on_days_that_exist():
    for facts in KNOWN.days.values():
        assert set(facts.builds_on) <= set(range(1, facts.number)), facts.stem


@pytest.mark.parametrize("number", [0, 101, -1, "7", None])
def test_a_day_that_does_not_exist_is_one_sentence(number):
    with pytest.raises(DaysError, match="days go from 1 to 100"):
        KNOWN.day(number)


def test_names_of_a_days_files(facts):
    assert facts(7).stem == "day07_pi"
    assert facts(100, slug="retrospective").stem == "day100_retrospective"
    day = facts(7)
    assert day.notebook == curriculum.ROOT / "days" / "phase1_groundwork" / "day07_pi.ipynb"
    assert day.exercise == curriculum.ROOT / "exercises" / "phase1_groundwork" / "day07_pi.ipynb"
    assert day.lesson == curriculum.ROOT / "shared" / "lessons" / "day07_pi.py"


def test_written_days_are_those_with_a_notebook(facts, use_days, write_notebook):
    known = use_days(facts(7), facts(8, slug="metrics"))
    assert known.written() == []
    write_notebook(facts(8, slug="metrics"))
    assert [day.number for day in known.written()] == [8]


# --- bars ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reached", "missed"),
    [
        (">= 0.85", 0.85, 0.8499),
        ("<= 1e-4", 1e-4, 1.01e-4),
        ("== 891", 891, 890),
        ("> 0", 1e-9, 0),
        ("< -1.5", -1.6, -1.5),
        ("  >=3 ", 3, 2),
    ],
)
def test_a_bar_is_an_operator_and_a_number(text, reached, missed):
    bar = Bar.parse(text)
    assert bar.reached(reached) is True
    assert bar.reached(missed) is False


@pytest.mark.parametrize("text", ["0.85", ">= ", "=> 0.85", ">= high", ">= 0.85 %", "", None, 0.85])
def test_anything_else_is_not_a_bar(text):
    with pytest.raises(DaysError, match="is not a bar"):
        Bar.parse(text)


@pytest.mark.parametrize("op", list(curriculum.COMPARE))
def test_nan_reaches_no_bar(op):
    assert not Bar(op, 0.5).reached(math.nan)


@pytest.mark.parametrize("text", [">= 0.85", "<= 1e-06", "== 1234567", "<= 0.1234567891"])
def test_a_bar_written_down_reads_back_as_the_same_bar(text):
    assert Bar.parse(str(Bar.parse(text))) == Bar.parse(text)
    assert str(Bar.parse(text)) == text


BARS = {
    "accuracy": {"quick": ">= 0.5", "quick_synthetic": ">= 0.6", "full": ">= 0.7"},
    "error": {"quick": "unmeasured", "full": "<= 0.1", "control": "any"},
}


@pytest.mark.parametrize(
    ("scale", "kinds", "limit"),
    [
        ("quick", set(), 0.5),
        ("quick", {"mirror"}, 0.5),
        ("quick", {"synthetic"}, 0.6),
        ("quick", {"mirror", "synthetic"}, 0.6),
        ("full", {"web"}, 0.7),
    ],
)
def test_a_bar_is_found_by_scale_and_source(scale, kinds, limit, facts):
    assert facts(7, scale="both", bars=BARS).bar("accuracy", scale, kinds).limit == limit


@pytest.mark.parametrize(
    ("metric", "scale"), [("error", "quick"), ("accuracy", "same"), ("speed", "full")]
)
def test_a_missing_or_unmeasured_bar_names_the_day_the_metric_and_the_file(metric, scale, facts):
    with pytest.raises(DaysError) as caught:
        facts(7, scale="both", bars=BARS).bar(metric, scale, set())
    for word in ("Day 7", metric, scale, "curriculum.yaml", "accuracy, error"):
        assert word in str(caught.value)


def test_only_metrics_marked_any_may_be_reached_by_a_control(facts):
    day = facts(7, scale="both", bars=BARS)
    assert day.control_must_miss("accuracy")
    assert not day.control_must_miss("error")


# --- faults in the map --------------------------------------------------------------------


def text(*changes: dict) -> str:
    """A map with one row for each of `changes`, numbered from 7."""
    row = {
        "title": "Day", "summary": "s", "proof": "p", "stretch": "s", "builds_on": [1],
        "packages": [], "extras": [], "data": [], "checkpoints": [], "scale": "both",
        "minutes": {"read": 60, "run": 1}, "gpu_gib": 0, "control": "an untrained network",
        "bars": {"accuracy": {"quick": ">= 0.5", "full": ">= 0.6"}},
    }  # fmt: skip
    days = [row | {"number": n, "slug": f"day_{n}"} | change for n, change in enumerate(changes, 7)]
    days = [{key: value for key, value in day.items() if value != "gone"} for day in days]
    phase = {"slug": "phase1_groundwork", "title": "Groundwork", "days": days}
    return yaml.safe_dump({"upstream": "OWNER/REPO", "branch": "main", "phases": [phase]})


def test_a_sound_map_is_read():
    known = curriculum.parse(text({}, {"scale": "same", "bars": {}, "control": ""}))
    assert list(known.days) == [7, 8]
    assert (known.upstream, known.branch) == ("OWNER/REPO", "main")
    assert known.day(7).phase == "phase1_groundwork"
    assert known.day(7).bar("accuracy", "quick", set()) == Bar(">=", 0.5)


FAULTS = {
    "field forgotten": ({"title": "gone"}, "title"),
    "field unknown": ({"titel": "x"}, "titel"),
    "scale unknown": ({"scale": "half"}, "'half'"),
    "bar unreadable": ({"bars": {"accuracy": {"quick": "0.5"}}}, "accuracy: '0.5' is not a bar"),
    "bar without scale": ({"bars": {"accuracy": ">= 0.5"}}, "accuracy: write its bars by scale"),
    "bar of another scale": ({"bars": {"accuracy": {"same": ">= 1"}}}, "no scale 'same'"),
    "bar of another source": ({"bars": {"accuracy": {"fast_mirror": ">= 1"}}}, "fast_mirror"),
    "control not any": (
        {"bars": {"accuracy": {"quick": ">= 1", "control": "some"}}},
        "control can only be 'any'",
    ),
    "no control": ({"control": ""}, "bars without a control"),
    "control that need miss nothing": (
        {"bars": {"accuracy": {"quick": ">= 1", "control": "any"}}},
        "needs a metric",
    ),
    "builds on itself": ({"builds_on": [7]}, "comes later"),
    "pipe in a table": ({"summary": "a | b"}, "'|'"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_a_sentence_that_names_the_day(fault):
    change, said = FAULTS[fault]
    with pytest.raises(DaysError) as caught:
        curriculum.parse(text(change))
    assert str(caught.value).startswith("curriculum.yaml, day 7: ")
    assert said in str(caught.value)


def test_a_row_without_a_number_is_a_sentence_too():
    with pytest.raises(DaysError, match=r"curriculum\.yaml, day \?: .*number"):
        curriculum.parse(text({"number": "gone"}))


def test_a_day_entered_twice_is_refused():
    with pytest.raises(DaysError, match="day 7: there are two of it"):
        curriculum.parse(text({}, {"number": 7}))


def test_a_day_may_say_why_it_has_no_control():
    known = curriculum.parse(text({"control": "", "no_control": "nothing is learned"}))
    assert known.day(7).no_control == "nothing is learned"


def test_an_unmeasured_bar_is_allowed_until_it_is_needed():
    known = curriculum.parse(text({"bars": {"accuracy": {"quick": "unmeasured"}}}))
    with pytest.raises(DaysError, match="no bar for 'accuracy'"):
        known.day(7).bar("accuracy", "quick", set())
