"""Day 14: plausible wrong fates of a party; the day's checks must reject each of them."""

WRONG = {
    "party_fate": {
        "everyone counts among their own companions": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            return (survivors + p) / (companions + 1)
        """,
        "the own fate leaves the survivors but not the companions": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            if themselves:
                survivors = survivors - fates
            return (survivors + p) / (companions + 1)
        """,
        "a plain mean, with the average of all for those without companions": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            if themselves:
                survivors, companions = survivors - fates, companions - 1
            return np.where(companions > 0, survivors / np.maximum(companions, 1), p)
        """,
        "an unknown ticket gives NaN": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets).to_numpy().T
            if themselves:
                survivors, companions = survivors - fates, companions - 1
            return (survivors + p) / (companions + 1)
        """,
        "an unknown ticket counts as lost": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            if themselves:
                survivors, companions = survivors - fates, companions - 1
            return np.where(companions > 0, (survivors + p) / (companions + 1), 0.0)
        """,
        "drawn towards one half instead of the average": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            if themselves:
                survivors, companions = survivors - fates, companions - 1
            return (survivors + 0.5) / (companions + 1)
        """,
        "p is added twice": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            if themselves:
                survivors, companions = survivors - fates, companions - 1
            return (survivors + 2 * p) / (companions + 2)
        """,
        "the own fate is left out for strangers too": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            survivors, companions = parties.reindex(tickets, fill_value=0).to_numpy().T
            companions = np.maximum(companions - 1, 0)
            if themselves:
                survivors = survivors - fates
            return (survivors + p) / (companions + 1)
        """,
        "one answer a ticket instead of one a passenger": """
            parties = pd.Series(fates).groupby(known).agg(["sum", "size"])
            return ((parties["sum"] + p) / (parties["size"] + 1)).to_numpy()
        """,
    },
}
