"""Day 40: plausible wrong plans and trainers; the day's checks must reject each of them."""

EPOCH = """
    module.train()
    for index, batch in trainer.on_device(train, trainer.limit):
        loss = module.training_step(batch, index)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    module.eval()
    with torch.no_grad():
        for index, batch in trainer.on_device(val):
            module.validation_step(batch, index)
"""
STEP = "        scheduler.step()\n"


def spoilt(old: str, new: str) -> str:
    """The right epoch with one piece of its text replaced."""
    assert old in EPOCH
    return EPOCH.replace(old, new)


WRONG = {
    "FlowerModule.configure_optimizers": {
        "the schedule steps by epochs": """
            optimizer, cycle = one_cycle(self.net, self.steps, *self.rates)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "epoch"}}
        """,
        "the default interval": """
            optimizer, cycle = one_cycle(self.net, self.steps, *self.rates)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle}}
        """,
        "a bare schedule": """
            optimizer, cycle = one_cycle(self.net, self.steps, *self.rates)
            return {"optimizer": optimizer, "lr_scheduler": cycle}
        """,
        "the optimizer alone": "return one_cycle(self.net, self.steps, *self.rates)[0]",
        "a pair": "return one_cycle(self.net, self.steps, *self.rates)",
        "the schedule under another name": """
            optimizer, cycle = one_cycle(self.net, self.steps, *self.rates)
            return {"optimizer": optimizer, "scheduler": {"scheduler": cycle, "interval": "step"}}
        """,
        "two calls, two optimizers": """
            optimizer, _ = one_cycle(self.net, self.steps, *self.rates)
            _, cycle = one_cycle(self.net, self.steps, *self.rates)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}
        """,
        "the default rates": """
            optimizer, cycle = one_cycle(self.net, self.steps)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}
        """,
        "the rates swapped": """
            optimizer, cycle = one_cycle(self.net, self.steps, *self.rates[::-1])
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}
        """,
        "a cycle as long as an epoch": """
            optimizer, cycle = one_cycle(self.net, self.steps // 2, *self.rates)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}
        """,
    },
    "run_epoch": {
        "never in training mode": spoilt("    module.train()\n", ""),
        "validates in training mode": spoilt("    module.eval()\n", ""),
        "validates with gradients": spoilt("with torch.no_grad():", "if True:"),
        "trains without gradients": spoilt(
            "module.training_step(batch, index)",
            "torch.no_grad()(module.training_step)(batch, index).requires_grad_()",
        ),
        "gradients never cleared": spoilt("        optimizer.zero_grad()\n", ""),
        "cleared between backward and step": """
            module.train()
            for index, batch in trainer.on_device(train, trainer.limit):
                loss = module.training_step(batch, index)
                loss.backward()
                optimizer.zero_grad()
                optimizer.step()
                scheduler.step()
            module.eval()
            with torch.no_grad():
                for index, batch in trainer.on_device(val):
                    module.validation_step(batch, index)
        """,
        "the schedule stepped once an epoch": spoilt(STEP, "").replace(
            "    module.eval()", "    scheduler.step()\n    module.eval()"
        ),
        "the schedule forgotten": spoilt(STEP, ""),
        "the limit forgotten": spoilt("train, trainer.limit", "train"),
        "the limit on validation too": spoilt("(val)", "(val, trainer.limit and 1)"),
        "validation after every batch": """
            for index, batch in trainer.on_device(train, trainer.limit):
                module.train()
                loss = module.training_step(batch, index)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
                module.eval()
                with torch.no_grad():
                    for number, other in trainer.on_device(val):
                        module.validation_step(other, number)
        """,
        "validation forgotten": EPOCH[: EPOCH.index("    module.eval()")],
        "validation before training": """
            module.eval()
            with torch.no_grad():
                for index, batch in trainer.on_device(val):
                    module.validation_step(batch, index)
            module.train()
            for index, batch in trainer.on_device(train, trainer.limit):
                loss = module.training_step(batch, index)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
        """,
        "the same batch again and again": spoilt(
            "loss = module.training_step(batch, index)",
            "loss = module.training_step(next(trainer.on_device(train))[1], index)",
        ),
        "the index forgotten": spoilt("training_step(batch, index)", "training_step(batch, 0)"),
    },
}
