"""Day 44: plausible wrong IoU, NMS and matching; the day's checks must reject each of them."""

CORNERS = """
            top_left = torch.maximum(a[:, None, :2], b[:, :2])
            bottom_right = torch.minimum(a[:, None, 2:], b[:, 2:])
            area_a, area_b = ((boxes[:, 2:] - boxes[:, :2]).prod(1) for boxes in (a, b))"""
SHARED = f"""{CORNERS}
            both = (bottom_right - top_left).clamp(min=0).prod(2)"""
WRONG = {
    "box_iou": {
        "two negative sides have a positive product": f"""{CORNERS}
            both = (bottom_right - top_left).prod(2).clamp(min=0)
            return both / (area_a[:, None] + area_b - both)
        """,
        "the union counts the shared part twice": f"""{SHARED}
            return both / (area_a[:, None] + area_b)
        """,
        "divided by the smaller box": f"""{SHARED}
            return both / torch.minimum(area_a[:, None], area_b)
        """,
        "divided by the first box": f"""{SHARED}
            return both / area_a[:, None].expand_as(both)
        """,
        "pixels counted with their edges": """
            top_left = torch.maximum(a[:, None, :2], b[:, :2])
            bottom_right = torch.minimum(a[:, None, 2:], b[:, 2:])
            both = (bottom_right - top_left + 1).clamp(min=0).prod(2)
            area_a, area_b = ((boxes[:, 2:] - boxes[:, :2] + 1).prod(1) for boxes in (a, b))
            return both / (area_a[:, None] + area_b - both)
        """,
        "the box around both instead of the union": f"""{SHARED}
            low = torch.minimum(a[:, None, :2], b[:, :2])
            high = torch.maximum(a[:, None, 2:], b[:, 2:])
            return both / (high - low).prod(2)
        """,
        "corner and size taken for two corners": """
            top_left = torch.maximum(a[:, None, :2], b[:, :2])
            ends_a, ends_b = a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:]
            both = (torch.minimum(ends_a[:, None], ends_b) - top_left).clamp(min=0).prod(2)
            return both / (a[:, 2:].prod(1)[:, None] + b[:, 2:].prod(1) - both)
        """,
        "pairs instead of all against all": """
            n = min(len(a), len(b))
            a, b = a[:n], b[:n]
            sides = torch.minimum(a[:, 2:], b[:, 2:]) - torch.maximum(a[:, :2], b[:, :2])
            both = sides.clamp(min=0).prod(1)
            areas = (a[:, 2:] - a[:, :2]).prod(1) + (b[:, 2:] - b[:, :2]).prod(1)
            return both / (areas - both)
        """,
    },
    "nms": {
        "every box stays": "return scores.argsort(descending=True)",
        "only the surest box": "return scores.argmax()[None]",
        "a dropped box drops others": """
            order = scores.argsort(descending=True)
            overlap = box_iou(boxes[order], boxes[order]).triu(1)
            return order[(overlap <= threshold).all(0)]
        """,
        "the least sure first": """
            order, kept = scores.argsort(), []
            while len(order):
                first, rest = order[0], order[1:]
                kept.append(first)
                order = rest[box_iou(boxes[first][None], boxes[rest])[0] <= threshold]
            return torch.stack(kept) if kept else order
        """,
        "an overlap of the threshold is dropped": """
            order, kept = scores.argsort(descending=True), []
            while len(order):
                first, rest = order[0], order[1:]
                kept.append(first)
                order = rest[box_iou(boxes[first][None], boxes[rest])[0] < threshold]
            return torch.stack(kept) if kept else order
        """,
        "the argument isn't used": """
            order, kept = scores.argsort(descending=True), []
            while len(order):
                first, rest = order[0], order[1:]
                kept.append(first)
                order = rest[box_iou(boxes[first][None], boxes[rest])[0] <= 0.5]
            return torch.stack(kept) if kept else order
        """,
        "places in the sorted list": """
            order = scores.argsort(descending=True)
            boxes, left, kept = boxes[order], torch.arange(len(order)), []
            while len(left):
                first, rest = left[0], left[1:]
                kept.append(first)
                left = rest[box_iou(boxes[first][None], boxes[rest])[0] <= threshold]
            return torch.stack(kept) if kept else left
        """,
        "by place, not by score": """
            order, kept = scores.argsort(descending=True), []
            while len(order):
                first, rest = order[0], order[1:]
                kept.append(first)
                order = rest[box_iou(boxes[first][None], boxes[rest])[0] <= threshold]
            return torch.stack(kept).sort().values if kept else order
        """,
    },
    "match": {
        "a tree counts as often as it is hit": """
            if len(truth):
                hits = box_iou(boxes, truth).max(1).values >= threshold
        """,
        "in the order of the list, not of the scores": """
            overlap = box_iou(boxes, truth)
            for i in range(len(boxes)):
                if len(truth) and overlap[i].max() >= threshold:
                    hits[i] = True
                    overlap[:, overlap[i].argmax()] = -1
        """,
        "the first tree that fits": """
            overlap = box_iou(boxes, truth)
            for i in scores.argsort(descending=True):
                fits = (overlap[i] >= threshold).nonzero().flatten()
                if len(fits):
                    hits[i] = True
                    overlap[:, fits[0]] = -1
        """,
        "only the best tree of all, free or not": """
            overlap, taken = box_iou(boxes, truth), set()
            for i in scores.argsort(descending=True):
                best = overlap[i].argmax().item() if len(truth) else None
                if len(truth) and overlap[i, best] >= threshold and best not in taken:
                    hits[i] = True
                    taken.add(best)
        """,
        "the argument isn't used": """
            overlap = box_iou(boxes, truth)
            for i in scores.argsort(descending=True):
                if len(truth) and overlap[i].max() >= 0.5:
                    hits[i] = True
                    overlap[:, overlap[i].argmax()] = -1
        """,
        "an IoU of the threshold misses": """
            overlap = box_iou(boxes, truth)
            for i in scores.argsort(descending=True):
                if len(truth) and overlap[i].max() > threshold:
                    hits[i] = True
                    overlap[:, overlap[i].argmax()] = -1
        """,
        "hits in the order of the scores": """
            overlap = box_iou(boxes, truth)
            for place, i in enumerate(scores.argsort(descending=True)):
                if len(truth) and overlap[i].max() >= threshold:
                    hits[place] = True
                    overlap[:, overlap[i].argmax()] = -1
        """,
    },
}
