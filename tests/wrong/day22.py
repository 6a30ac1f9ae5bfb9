"""Day 22: plausible wrong one-hot codes; the day's checks must reject each of them."""

WRONG = {
    "OneHot.transform": {
        "the categories of the rows at hand": """
            words = words.fillna("unknown").to_numpy()
            seen = np.array(sorted(set(words)), dtype=object)
            return (words[:, None] == seen).astype(float)
        """,
        "rare and unseen words left as all zeros": """
            words = words.fillna("unknown").to_numpy()
            codes = (words[:, None] == np.array(self.kept, dtype=object)).astype(float)
            return np.column_stack([codes, np.zeros(len(words))]) if self.others else codes
        """,
        "the column for others forgotten": """
            words = words.fillna("unknown").to_numpy()
            return (words[:, None] == np.array(self.kept, dtype=object)).astype(float)
        """,
        "a column for others even where nothing was rare": """
            words = words.fillna("unknown").to_numpy()
            codes = words[:, None] == np.array(self.kept, dtype=object)
            return np.column_stack([codes, ~codes.any(axis=1)]).astype(float)
        """,
        "a gap counted among the others": """
            codes = words.to_numpy()[:, None] == np.array(self.kept, dtype=object)
            if self.others:
                codes = np.column_stack([codes, ~codes.any(axis=1)])
            return codes.astype(float)
        """,
        "others first instead of last": """
            words = words.fillna("unknown").to_numpy()
            codes = words[:, None] == np.array(self.kept, dtype=object)
            if self.others:
                codes = np.column_stack([~codes.any(axis=1), codes])
            return codes.astype(float)
        """,
        "an unseen word taken for the first of the kept": """
            words = words.fillna("unknown")
            place = words.map({word: k for k, word in enumerate(self.kept)}).fillna(0).astype(int)
            return np.eye(len(self.kept) + self.others)[place.to_numpy()]
        """,
        "one integer a word instead of a column a word": """
            words = words.fillna("unknown")
            place = words.map({word: k for k, word in enumerate(self.kept)})
            return place.fillna(len(self.kept)).to_numpy(float)[:, None]
        """,
        "a word that is absent today leaves NaN": """
            codes = pd.get_dummies(words.fillna("unknown"), dtype=float).reindex(columns=self.kept)
            if self.others:
                codes["others"] = 1 - codes.sum(axis=1)
            return codes.to_numpy()
        """,
        "rows put into the order of their index": """
            words = words.sort_index().fillna("unknown").to_numpy()
            codes = words[:, None] == np.array(self.kept, dtype=object)
            if self.others:
                codes = np.column_stack([codes, ~codes.any(axis=1)])
            return codes.astype(float)
        """,
    },
}
