"""Day 12: plausible wrong readers of DAP messages; the day's checks must reject each of them."""

WRONG = {
    "read_message": {
        "the whole stream read at once": """
            head, _, rest = stream.read().partition(b"\\r\\n\\r\\n")
            if not rest:
                raise EOFError
            length = int(head.lower().split(b"content-length:")[1].split()[0])
            return json.loads(rest[:length])
        """,
        "characters counted instead of bytes": """
            length = 0
            while (line := stream.readline().strip()):
                if line.startswith(b"Content-Length"):
                    length = int(line.split(b":")[1])
            body = ""
            while len(body) < length:
                piece = stream.read(1)
                if piece and piece[0] >= 0xC0:
                    piece += stream.read(1)
                if not piece:
                    raise EOFError
                body += piece.decode()
            return json.loads(body)
        """,
        "the length expected in the first line": """
            line = stream.readline()
            if not line.endswith(b"\\r\\n"):
                raise EOFError
            length = int(line.split(b":")[1])
            stream.readline()
            body = stream.read(length)
            if len(body) < length:
                raise EOFError
            return json.loads(body)
        """,
        "the empty line not consumed": """
            line = stream.readline()
            while not line.startswith(b"Content-Length"):
                if not line:
                    raise EOFError
                line = stream.readline()
            return json.loads(stream.read(int(line.split(b":")[1])))
        """,
        "the body read as a line": """
            while (line := stream.readline()) != b"\\r\\n":
                if not line.endswith(b"\\r\\n"):
                    raise EOFError
            return json.loads(stream.readline())
        """,
        "a body cut off passed on to the JSON reader": """
            length = 0
            while (line := stream.readline()) != b"\\r\\n":
                if not line.endswith(b"\\r\\n"):
                    raise EOFError
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            return json.loads(stream.read(length))
        """,
        "None at the end of the stream": """
            length = 0
            while (line := stream.readline()) != b"\\r\\n":
                if not line:
                    return None
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            body = stream.read(length)
            if len(body) < length:
                raise EOFError
            return json.loads(body)
        """,
        "the text returned, not what it says": """
            length = 0
            while (line := stream.readline()) != b"\\r\\n":
                if not line.endswith(b"\\r\\n"):
                    raise EOFError
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            body = stream.read(length)
            if len(body) < length:
                raise EOFError
            return body.decode()
        """,
    },
}
