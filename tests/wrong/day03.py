"""Day 3: plausible wrong clean-ups; the day's checks must reject each of them."""

# What a body gets right, so that each wrong one below has a single mistake.
KNOWN = """
table["age_known"] = table["age"].notna().astype("int64")
"""
SEX = """
table["sex"] = (table["sex"] == "female").astype("int64")
"""
AGE = """
groups = zip(table["title"], table["pclass"], strict=True)
typical = [rules["age"].get(group, rules["fallback"]["Age"]) for group in groups]
table["age"] = table["age"].fillna(pd.Series(typical, index=table.index))
"""
FARE = """
table["fare"] = table["fare"].fillna(table["pclass"].map(rules["fare"]))
"""
RETURN = """
return table
"""

WRONG = {
    "fill_and_encode": {
        "gaps in age filled with 0": KNOWN + SEX + FARE + """
table["age"] = table["age"].fillna(0)
""",
        "one median for all ages": KNOWN + SEX + FARE + """
table["age"] = table["age"].fillna(rules["fallback"]["Age"])
""",
        "the mean of the group": KNOWN + SEX + FARE + """
groups = [table["title"], table["pclass"]]
means = table["age"].groupby(groups).transform("mean")
table["age"] = table["age"].fillna(means).fillna(rules["fallback"]["Age"])
""",
        "grouped by class alone": KNOWN + SEX + FARE + """
medians = table["age"].groupby(table["pclass"]).transform("median")
table["age"] = table["age"].fillna(medians).fillna(rules["fallback"]["Age"])
""",
        "grouped by title alone": KNOWN + SEX + FARE + """
medians = table["age"].groupby(table["title"]).transform("median")
table["age"] = table["age"].fillna(medians).fillna(rules["fallback"]["Age"])
""",
        "no fallback for a group without any age": KNOWN + SEX + FARE + """
groups = zip(table["title"], table["pclass"], strict=True)
typical = [rules["age"].get(group) for group in groups]
table["age"] = table["age"].fillna(pd.Series(typical, index=table.index, dtype=float))
""",
        "medians learned anew from the table itself": KNOWN + SEX + FARE + """
groups = [table["title"], table["pclass"]]
medians = table["age"].groupby(groups).transform("median")
table["age"] = table["age"].fillna(medians).fillna(table["age"].median())
""",
        "known ages overwritten as well": KNOWN + SEX + FARE + """
groups = zip(table["title"], table["pclass"], strict=True)
table["age"] = [rules["age"].get(group, rules["fallback"]["Age"]) for group in groups]
""",
        "age_known noted after the fill": SEX + AGE + KNOWN + FARE,
        "age_known turned round": SEX + FARE + """
table["age_known"] = table["age"].isna().astype("int64")
""" + AGE,
        "age_known forgotten": SEX + AGE + FARE,
        "sex turned round": KNOWN + AGE + FARE + """
table["sex"] = (table["sex"] == "male").astype("int64")
""",
        "sex coded by the alphabet": KNOWN + AGE + FARE + """
table["sex"] = table["sex"].astype("category").cat.codes
""",
        "sex left as text": KNOWN + AGE + FARE,
        "rows without an age dropped": SEX + FARE + """
table = table.dropna(subset=["age"])
table = table.assign(age_known=1)
""" + RETURN,
        "the input filled as well": KNOWN + SEX + AGE + FARE + """
raw["Age"] = table["age"]
""",
        "one median for all fares": KNOWN + SEX + AGE + """
table["fare"] = table["fare"].fillna(rules["fallback"]["Fare"])
""",
        "the gap in fare forgotten": KNOWN + SEX + AGE,
    },
}  # fmt: skip
