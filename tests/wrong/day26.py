"""Day 26: plausible wrong loaders; the day's checks must reject each of them."""

WRONG = {
    "load_model": {
        "loads whatever is there": """
            return joblib.load(path)
        """,
        "unpickles first, compares afterwards": """
            model = joblib.load(path)
            stamp = read_stamp(path)
            if hashlib.sha256(path.read_bytes()).hexdigest() != (sha256 or stamp["sha256"]):
                raise ValueError("another file")
            if differences(stamp) and not any_version:
                raise ValueError("other versions")
            return model
        """,
        "compares the versions only after it has unpickled": """
            content, stamp = path.read_bytes(), read_stamp(path)
            if hashlib.sha256(content).hexdigest() != (sha256 or stamp["sha256"]):
                raise ValueError("another file")
            model = joblib.load(io.BytesIO(content))
            if differences(stamp) and not any_version:
                raise ValueError("other versions")
            return model
        """,
        "compares a short prefix of the sum": """
            content, stamp = path.read_bytes(), read_stamp(path)
            wanted = sha256 or stamp["sha256"]
            if not hashlib.sha256(content).hexdigest().startswith(wanted[:8]):
                raise ValueError("another file")
            if differences(stamp) and not any_version:
                raise ValueError("other versions")
            return joblib.load(io.BytesIO(content))
        """,
        "believes the stamp even if a sum is given": """
            content, stamp = path.read_bytes(), read_stamp(path)
            if hashlib.sha256(content).hexdigest() != stamp["sha256"]:
                raise ValueError("another file")
            if differences(stamp) and not any_version:
                raise ValueError("other versions")
            return joblib.load(io.BytesIO(content))
        """,
        "any_version switches every check off": """
            content, stamp = path.read_bytes(), read_stamp(path)
            if not any_version:
                if hashlib.sha256(content).hexdigest() != (sha256 or stamp["sha256"]):
                    raise ValueError("another file")
                if differences(stamp):
                    raise ValueError("other versions")
            return joblib.load(io.BytesIO(content))
        """,
        "other versions are only mentioned": """
            content, stamp = path.read_bytes(), read_stamp(path)
            if hashlib.sha256(content).hexdigest() != (sha256 or stamp["sha256"]):
                raise ValueError("another file")
            if differences(stamp):
                print("note:", differences(stamp))
            return joblib.load(io.BytesIO(content))
        """,
        "other versions are refused, whatever any_version says": """
            content, stamp = path.read_bytes(), read_stamp(path)
            if hashlib.sha256(content).hexdigest() != (sha256 or stamp["sha256"]):
                raise ValueError("another file")
            if differences(stamp):
                raise ValueError("other versions")
            return joblib.load(io.BytesIO(content))
        """,
        "hashes the path instead of what lies there": """
            stamp = read_stamp(path)
            if hashlib.sha256(str(path).encode()).hexdigest() != (sha256 or stamp["sha256"]):
                raise ValueError("another file")
            if differences(stamp) and not any_version:
                raise ValueError("other versions")
            return joblib.load(path)
        """,
    },
}
