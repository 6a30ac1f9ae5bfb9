"""Day 17: plausible wrong out-of-bag records; the day's checks must reject each of them."""

WRONG = {
    "running_shares": {
        "members vote on the rows they have seen": """
            inside = np.zeros(len(X), dtype=bool)
            inside[bag] = True
            total[inside] += member(X[inside])
            voters[inside] += 1
        """,
        "everybody votes on every row": """
            total += member(X)
            voters += 1
        """,
        "right rows, but every member counted as a voter of every row": """
            outside = np.ones(len(X), dtype=bool)
            outside[bag] = False
            total[outside] += member(X[outside])
            voters += 1
        """,
        "voters not counted up": """
            outside = np.ones(len(X), dtype=bool)
            outside[bag] = False
            total[outside] += member(X[outside])
            voters[outside] = 1
        """,
        "the last member's vote replaces the others": """
            outside = np.ones(len(X), dtype=bool)
            outside[bag] = False
            total[outside] = member(X[outside])
            voters[outside] = 1
        """,
        "a vote is the favourite class": """
            outside = np.ones(len(X), dtype=bool)
            outside[bag] = False
            total[outside] += np.eye(n_classes)[member(X[outside]).argmax(axis=1)]
            voters[outside] += 1
        """,
        "the votes land on the first rows": """
            outside = np.setdiff1d(np.arange(len(X)), bag)
            total[: len(outside)] += member(X[outside])
            voters[: len(outside)] += 1
        """,
        "the votes land on the right rows, but were asked about the first ones": """
            outside = np.setdiff1d(np.arange(len(X)), bag)
            total[outside] += member(X[: len(outside)])
            voters[outside] += 1
        """,
        "only rows drawn more than once are kept from voting": """
            outside = np.bincount(np.array(bag, dtype=int), minlength=len(X)) < 2
            total[outside] += member(X[outside])
            voters[outside] += 1
        """,
        "rows of any earlier bag are barred for good": """
            voters[bag] = np.nan
            outside = ~np.isnan(voters)
            total[outside] += member(X[outside])
            voters[outside] += 1
        """,
        "nobody is counted": """
            outside = np.ones(len(X), dtype=bool)
            outside[bag] = False
            total[outside] += member(X[outside])
        """,
        "class shares swapped": """
            outside = np.ones(len(X), dtype=bool)
            outside[bag] = False
            total[outside] += member(X[outside])[:, ::-1]
            voters[outside] += 1
        """,
    },
}
