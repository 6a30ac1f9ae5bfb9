"""Day 39: plausible wrong resumes and writes; the day's checks must reject each of them."""

PLACE = 'self.epoch, self.position = state["epoch"], state["position"]'
GENERATOR = 'self.generator.set_state(state["before"])'
DRAFT = 'draft = path.with_suffix(".part")\n'
WRONG = {
    "BatchOrder.load_state_dict": {
        "begins the epoch anew": f'{GENERATOR}\nself.shuffle()\nself.epoch = state["epoch"]',
        "the position wiped out by the shuffle": f"{GENERATOR}\n{PLACE}\nself.shuffle()",
        "keeps its own shuffle": f"{GENERATOR}\n{PLACE}",
        "the generator not restored": f"self.shuffle()\n{PLACE}",
        "only the place": PLACE,
        "shuffled before the generator is set": f"self.shuffle()\n{GENERATOR}\n{PLACE}",
        "shuffled once too often": f"{GENERATOR}\nself.shuffle()\nself.shuffle()\n{PLACE}",
        "shuffled as often as epochs went by": f"""
            {GENERATOR}
            for _ in range(state["epoch"] + 1):
                self.shuffle()
            {PLACE}
        """,
        "the number of the epoch lost": f'{GENERATOR}\nself.shuffle()\nself.position = state["position"]',
        "the position counted in batches": f"""
            {GENERATOR}
            self.shuffle()
            {PLACE}
            self.position //= self.batch_size
        """,
        "the next save would differ": f"""
            {GENERATOR}
            self.rows = torch.randperm(self.n, generator=self.generator)
            {PLACE}
        """,
        "later epochs differ": f"""
            {GENERATOR}
            self.shuffle()
            {PLACE}
            {GENERATOR}
        """,
    },
    "write_atomically": {
        "straight over the old file": "path.write_bytes(data)",
        "over the old file, synced": """
            with path.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        """,
        "no fsync": DRAFT + "draft.write_bytes(data)\nos.replace(draft, path)",
        "fsync before flush": DRAFT
        + """
with draft.open("wb") as file:
    file.write(data)
    os.fsync(file.fileno())
os.replace(draft, path)
""",
        "the old file deleted first": DRAFT
        + """
path.unlink()
with draft.open("wb") as file:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
os.replace(draft, path)
""",
        "the draft copied": DRAFT
        + """
with draft.open("wb") as file:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
path.write_bytes(draft.read_bytes())
""",
        "renamed first, synced afterwards": DRAFT
        + """
draft.write_bytes(data)
os.replace(draft, path)
with path.open("rb") as file:
    os.fsync(file.fileno())
""",
        "the draft never renamed": DRAFT
        + """
with draft.open("wb") as file:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())
""",
        "half of it": DRAFT
        + """
with draft.open("wb") as file:
    file.write(data[: len(data) // 2])
    file.flush()
    os.fsync(file.fileno())
os.replace(draft, path)
""",
    },
}
