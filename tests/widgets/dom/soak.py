"""What a person may do on a widget's page, at random, and the model in Python that says what comes of it."""

import random
import re
from types import MappingProxyType
from typing import Any

from patience import frames

# The focus is in the widget, on something that is seen; the live region has something to say.
LOOK = """() => {
  const at = document.activeElement;
  const { width, height } = at.getBoundingClientRect();
  return {
    inside: at.closest(".mg") !== null, seen: at.checkVisibility({ visibilityProperty: true }) && (width > 0 || height > 0),
    at: `${at.tagName}.${at.getAttribute("class")}`, live: document.querySelector(".mg .live").textContent,
  };
}"""

# What a click of the mouse does: the nearest thing that can have the focus has it, then it is clicked.
CLICK = """([selector, nth]) => {
  const element = document.querySelectorAll(selector)[nth];
  element.closest("button, input, select, [tabindex]")?.focus({ preventScroll: true });
  element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
}"""
# Who plays and stops again takes no step, however long a busy machine takes for it.
HELD = "void (window.setInterval = () => -1)"


def soak(page, model, seed, count=200):
    """Do `count` things on a page; after each of them page, kernel and model agree."""
    chance = random.Random(seed)
    done: list[str] = []
    page.locator(".mg").first.focus()
    page.evaluate(HELD)
    try:
        for _ in range(count):
            done.append(chance.choice(model.actions))
            getattr(model, done[-1])(chance)
            page.wait_for_function("(window.asked ?? 0) === 0")
            model.settle()
            looks = page.evaluate(LOOK)
            assert looks["inside"], f"the focus is lost: on {looks['at']}"
            assert looks["seen"], f"the focus is on what is not seen: {looks['at']}"
            model.check()
            assert looks["live"] or model.silent, "the live region is empty"
    except Exception as error:
        raise AssertionError(
            f"MINIGRAD_SOAK={seed!r}, after {len(done)} actions, the last of them {done[-6:]}: {error}"
        ) from error


class Actor:
    """A page, and hands."""

    actions: tuple[str, ...] = ()
    silent = False  # whether nothing need have been said so far

    def __init__(self, page, widget):
        self.page = page
        self.widget: Any = widget

    def settle(self):
        """Wait until the page shows what has come."""

    def click(self, selector, nth=0):
        self.page.evaluate(CLICK, [selector, nth])

    def press(self, key, on=None):
        if on is not None:
            self.page.locator(on).first.focus()
        self.page.keyboard.press(key)

    def slide(self, selector, value):
        self.page.locator(selector).first.fill(str(value))

    def check(self):
        raise NotImplementedError


class Stepping(Actor):
    """The stepper: a position, and who knows it."""

    actions = ("button", "key", "slider", "node", "row", "blank", "other_key", "play")
    keys = MappingProxyType({
        "ArrowRight": 1, "ArrowDown": 1, "PageDown": 1, "ArrowLeft": -1, "ArrowUp": -1, "PageUp": -1,
        "Home": -999, "End": 999,
    })  # fmt: skip

    def __init__(self, page, widget, kernel=True):
        super().__init__(page, widget)
        self.position = widget.position
        self.frames = [frame.node for frame in widget.trace.frames]
        self.nodes = [node.id for node in widget.trace.graph.nodes]
        self.kernel = kernel
        self.second = False  # whether the second layer is in front

    @property
    def last(self):
        return len(self.frames)

    def go(self, position):
        self.position = max(0, min(self.last, position))

    def button(self, chance):
        name, by = chance.choice([("start", -999), ("back", -1), ("forward", 1), ("end", 999)])
        if chance.random() < 0.5:
            self.click(f".do-{name}")
        else:
            self.press("Enter", on=f".do-{name}")
        self.go(self.position + by)

    def key(self, chance):
        key, by = chance.choice(list(self.keys.items()))
        self.press(key, on=chance.choice([".mg", ".mg", ".panel-scroll", "footer", ".steps"]))
        self.go(self.position + by)

    def other_key(self, chance):
        self.press(chance.choice(["x", "Escape", "Enter"]), on=".mg")

    def slider(self, chance):
        place = chance.randint(0, self.last)
        self.slide(".bar input[type=range]", place)
        self.go(place)

    def node(self, chance):
        node = chance.choice(self.nodes)
        self.click(f".scroll:not(.second) [data-node={node}]")
        if node in self.frames:
            self.go(self.frames.index(node) + 1)

    def row(self, chance):
        place = chance.randint(1, self.last)
        self.click(".steps tbody tr", place - 1)
        self.go(place)

    def blank(self, chance):
        self.press("b", on=".mg")
        assert self.page.locator(".blank").is_visible()
        self.press("b") if chance.random() < 0.5 else self.click(".blank")

    def play(self, chance):
        """Play and stop again, before the first step."""
        self.press("Space", on=".mg")
        self.press("Space")
        if self.position == self.last:
            self.go(0)

    def engine(self, chance):
        self.click(".do-engine")

    def tab(self, chance):
        self.second = chance.random() < 0.5
        self.click(".tab", int(self.second))

    def part(self, chance):
        """The button of a fault, which goes to the first difference."""
        self.click(".fault-banner .push")
        self.go(self.frames.index(self.widget.fault.node) + 1)

    def zoom(self, chance):
        if not self.second:
            self.press(chance.choice(["+", "-", "0", "Shift+ArrowUp"]), on=".mg")

    def search(self, chance):
        text, pattern = chance.choice(
            [("mul", "Mul"), ("acc", "Acc"), ("back", "Back"), ("zzz", "zzz"), ("n", r"\bn")]
        )
        total = sum(bool(re.search(pattern, words)) for _, words in self.widget.data["found"])
        self.press("/", on=".mg")
        self.page.keyboard.insert_text(text)
        times = chance.randint(1, 3)
        for _ in range(times):
            self.press("Enter")
        at = f"{(times - 1) % total + 1} of {total}" if total else "0 found"
        assert self.page.locator(".hits").inner_text() == at
        if chance.random() < 0.7:
            self.press("Escape")

    def check(self):
        assert self.page.locator(".position").inner_text() == f"{self.position} / {self.last}"
        if self.kernel:
            assert self.widget.position == self.position

    def check_at_the_end(self):
        ran = set(self.frames[: max(0, self.position - 1)])
        done = self.page.locator(".scroll:not(.second) [data-node][data-state=done]")
        assert set(done.evaluate_all("all => all.map((one) => one.dataset.node)")) == ran


class Predicting(Stepping):
    """The stepper that asks: what has been reached, and what was said."""

    actions = (
        "right", "right", "right", "wrong", "nonsense", "hint", "give_up", "button", "key", "slider",
        "row", "blank", "node", "typing",
    )  # fmt: skip
    nonsense_texts = (
        "", "[", "1 +", "__import__('os')", "<img src=x onerror=alert(1)>", "מספר", "数", "🙂" * 30, "1/0",
        "e\u0301\u200f", "9" * 400,
    )  # fmt: skip

    def __init__(self, page, widget):
        super().__init__(page, widget)
        self.reached = widget.reached
        self.given_up = self.mistakes = 0

    def go(self, position):
        self.position = max(0, min(self.reached, position))

    def go_on(self):
        """All fields are right or given up: the step is taken, and those that ask nothing after it."""
        asked = self.widget.question.get("step", self.last + 1)
        self.reached = asked - 1
        self.position = min(self.position_after, self.reached)

    def submit(self, texts):
        inputs = self.page.locator(".question input[type=text]:not([readonly])")
        for nr, text in enumerate(texts):
            inputs.nth(nr).fill(text)
        if texts:
            inputs.first.press("Enter")

    @property
    def open_fields(self):
        if self.position != self.reached:
            return []
        return [field for field in self.widget.question.get("fields", []) if not field["done"]]

    def values(self):
        """What is right, one text for each open field."""
        if not self.open_fields:
            return []
        frame = self.widget.trace.frames[self.reached]
        right = {("sent", place): sent.value for place, sent in enumerate(frame.sent)}
        right |= {
            ("accumulated", place): item.after for place, item in enumerate(frame.accumulated)
        }
        return [str(right[field["kind"], field["place"]].tolist()) for field in self.open_fields]

    def right(self, chance):
        texts = self.values()
        self.submit(texts)
        if texts:
            self.step_taken()

    def step_taken(self):
        self.page.wait_for_function("window.asked === 0")
        self.position = self.reached + 1
        while self.position < self.last and not self.asks(self.position):
            self.position += 1
        # Steps that ask nothing are reached at once, and not gone to.
        self.reached, self.position = self.position, self.reached + 1

    def asks(self, place):
        frame = self.widget.trace.frames[place]
        targets = [
            self.widget.trace.nodes[self.widget.trace.edges[sent.edge].target]
            for sent in frame.sent
        ]
        return any(node.kind != "none" for node in targets) or any(
            not item.retained for item in frame.accumulated
        )

    def wrong(self, chance):
        texts = ["123456" for _ in self.open_fields]
        self.submit(texts)
        self.mistakes += len(texts)

    def nonsense(self, chance):
        texts = [chance.choice(self.nonsense_texts) for _ in self.open_fields]
        self.submit(texts)
        self.mistakes += len(texts)

    def hint(self, chance):
        if self.open_fields:
            self.click(".question .buttons button", 1)

    def give_up(self, chance):
        if self.open_fields:
            self.given_up += len(self.open_fields)
            self.click(".question .buttons button", 2)
            self.step_taken()

    def typing(self, chance):
        """Keys in a field move nothing."""
        if self.open_fields:
            self.press(
                chance.choice(["ArrowLeft", "Home", "b", "PageDown", " "]),
                on=".question input:not([readonly])",
            )

    def check(self):
        super().check()
        assert self.widget.reached == self.reached
        assert self.widget.score["given_up"] == self.given_up
        told = [
            answer for answer in self.widget.answers if answer.verdict not in ("right", "given_up")
        ]
        assert len(told) == self.mistakes


class Folding(Actor):
    """The viewer: which groups are unfolded."""

    actions = (
        "turn",
        "turn",
        "turn",
        "turn_by_key",
        "fold_all",
        "unfold",
        "arrows",
        "zoom",
        "find",
    )
    silent = True  # until something was done

    def __init__(self, page, widget):
        super().__init__(page, widget)
        self.groups = widget.folded.groups
        self.opened = set(widget.opened)

    def around(self, group):
        found = []
        while (group := self.groups[group].parent) is not None:
            found.append(group)
        return found

    def seen(self):
        """The groups that are drawn: as a node, or as a frame around what is in them."""
        return [
            one for one in self.groups if all(outer in self.opened for outer in self.around(one))
        ]

    def after_turn(self, group):
        if group in self.opened:
            self.opened = {
                one for one in self.opened if one != group and group not in self.around(one)
            }
        else:
            self.opened.add(group)

    def turn(self, chance):
        group = chance.choice(self.seen())
        what = "box" if group in self.opened else "node"
        self.click(f".scroll [data-{what}='{group}']")
        self.after_turn(group)

    def turn_by_key(self, chance):
        buttons = self.page.locator(".scroll [role=button]")
        nth = chance.randrange(buttons.count())
        group = buttons.nth(nth).evaluate("one => one.dataset.box ?? one.dataset.node")
        buttons.nth(nth).focus()
        self.press(chance.choice(["Enter", " "]))
        self.after_turn(group)

    def fold_all(self, chance):
        self.click(".do-fold_all")
        self.opened = set()

    def unfold(self, chance):
        self.click(".do-unfold")
        self.opened |= set(self.seen())

    def arrows(self, chance):
        self.page.locator(".scroll [role=button][tabindex='0']").focus()
        for _ in range(3):
            self.press(
                chance.choice(["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "Home", "End"])
            )

    def zoom(self, chance):
        self.press(chance.choice(["+", "-", "0", "Shift+ArrowDown", "Shift+ArrowRight"]), on=".mg")

    def find(self, chance):
        text, name = chance.choice(
            [("tanh", "TanhBackward0"), ("accum", "AccumulateGrad"), ("zzz", "zzz")]
        )
        hits = [node for node in self.widget.graph.nodes if node.name == name]
        self.press("/", on=".mg")
        self.page.keyboard.insert_text(text)
        times = chance.randint(1, 2) if hits else 1
        for nr in range(times):
            self.press("Enter")
            self.page.wait_for_function("window.asked === 0")
            if hits:
                group = self.widget.folded.parents.get(hits[nr % len(hits)].id)
                self.opened |= {group, *self.around(group)} if group else set()
        if chance.random() < 0.5:
            self.press("Escape")

    def check(self):
        assert set(self.widget.opened) == self.opened
        assert set(self.page.evaluate("models[0].get('opened')")) == self.opened
        assert set(self.widget.drawn) == self.opened
        drawn = self.page.locator(".scroll [role=button]").evaluate_all(
            "all => all.map((one) => [one.dataset.box ?? one.dataset.node, one.getAttribute('aria-expanded')])"
        )
        assert {name: state == "true" for name, state in drawn} == {
            one: one in self.opened for one in self.seen()
        }


class Playing(Actor):
    """The playground: the elements of the leaves."""

    actions = ("typed", "typed", "slid", "refused", "arrow", "moved", "reset", "chosen", "escape")
    silent = True  # it waits for half a second of rest

    def __init__(self, page, widget):
        super().__init__(page, widget)
        self.start = {name: list(leaf.start) for name, leaf in widget._specs.items()}
        self.values = {name: list(start) for name, start in self.start.items()}
        self.plotted = widget.selected

    def settle(self):
        """Wait until what has come is shown: an answer is seen in the next frame of the screen."""
        frames(self.page)

    def pick(self, chance):
        name = chance.choice(list(self.values))
        return name, chance.randrange(len(self.values[name]))

    def box(self, name, index):
        return self.page.locator(f".leaf[aria-label='{name}'] input.box").nth(index)

    def follow(self, name, index):
        """The plot follows the chosen element of its own leaf."""
        if self.plotted.split("[")[0] == name:
            self.plotted = self.widget._specs[name].element(index)

    def typed(self, chance):
        name, index = self.pick(chance)
        number = chance.choice([0.5, -1, 2, 0.25, 1.5])
        box = self.box(name, index)
        box.focus()
        box.fill(str(number))
        box.press("Enter")
        self.values[name][index] = number
        self.follow(name, index)

    def refused(self, chance):
        name, index = self.pick(chance)
        box = self.box(name, index)
        box.focus()
        box.fill(chance.choice(["<b>1</b>", "two", "1/0", "\u202e3", "一"]))
        box.press("Enter")
        self.follow(name, index)
        self.page.wait_for_function("window.asked === 0")
        self.settle()
        assert box.get_attribute("aria-invalid") == "true"
        box.press("Escape")

    def slid(self, chance):
        name, index = self.pick(chance)
        self.box(name, index).focus()
        number = chance.choice([-2, -0.5, 0, 1, 3])
        slider = self.page.locator(f".leaf[aria-label='{name}'] input[type=range]")
        slider.focus()
        slider.fill(str(number))
        self.values[name][index] = number
        self.follow(name, index)

    def arrow(self, chance):
        """An arrow in a box: a step of the slider."""
        name, index = self.pick(chance)
        box = self.box(name, index)
        box.focus()
        key, by = chance.choice([("ArrowUp", 1), ("ArrowDown", -1)])
        step = float(
            self.page.locator(f".leaf[aria-label='{name}'] input[type=range]").get_attribute("step")
        )
        low, high = (
            float(
                self.page.locator(f".leaf[aria-label='{name}'] input[type=range]").get_attribute(
                    end
                )
            )
            for end in ("min", "max")
        )
        box.press(key)
        places = round((self.values[name][index] + by * step) / step)
        self.values[name][index] = min(high, max(low, places * step))
        self.follow(name, index)

    def moved(self, chance):
        name, index = self.pick(chance)
        self.box(name, index).focus()
        self.press(chance.choice(["Control+ArrowRight", "Control+ArrowDown", "Control+ArrowUp"]))
        at = self.page.evaluate(
            "() => [...document.activeElement.closest('.leaf').querySelectorAll('input.box')].indexOf(document.activeElement)"
        )
        self.follow(name, at)

    def reset(self, chance):
        self.click(".do-reset")
        self.values = {name: list(start) for name, start in self.start.items()}

    def chosen(self, chance):
        name = chance.choice(list(self.values))
        self.box(name, 0).focus()
        self.follow(name, 0)
        radio = self.page.locator(f".leaf[aria-label='{name}'] input[type=radio]")
        radio.focus()
        radio.check()
        self.plotted = self.widget._specs[name].element(0)

    def escape(self, chance):
        name, index = self.pick(chance)
        box = self.box(name, index)
        box.focus()
        box.fill("77")
        box.press("Escape")
        self.follow(name, index)

    def check(self):
        flat = self.widget._elements
        for name, values in self.values.items():
            assert all(abs(a - b) < 1e-9 for a, b in zip(flat[name], values, strict=True)), (
                flat,
                self.values,
            )
            texts = self.page.locator(f".leaf[aria-label='{name}'] input.box").evaluate_all(
                "all => all.map((one) => one.value)"
            )
            assert all(
                abs(float(t.replace("−", "-")) - v) < 1e-6
                for t, v in zip(texts, values, strict=True)
            ), texts
        assert self.widget.selected == self.plotted


class Building(Actor):
    """The builder: a line, and within it a step of a backward pass."""

    actions = ("button", "key", "key", "slider", "line", "node", "into", "out", "blank", "play")
    keys = MappingProxyType(
        {
            "ArrowRight": 1,
            "ArrowDown": 1,
            "PageDown": 1,
            "ArrowLeft": -1,
            "ArrowUp": -1,
            "PageUp": -1,
        }
    )

    def __init__(self, page, widget):
        super().__init__(page, widget)
        self.position, self.inner = widget.position, widget.inner

    @property
    def last(self):
        return len(self.widget.lines)

    @property
    def frames(self):
        taken = self.widget.passes.get(self.position)
        return taken.frames if taken else ()

    def go(self, position):
        position = max(0, min(self.last, position))
        self.position, self.inner = position, 0

    def by(self, step):
        if step > 0:
            within = self.inner and self.inner < len(self.frames)
            self.inner, self.position = (
                (self.inner + 1, self.position) if within else (0, self.position)
            )
            if not within:
                self.go(self.position + 1)
        elif self.inner:
            self.inner -= 1
        else:
            self.go(self.position - 1)

    def button(self, chance):
        name = chance.choice(["start", "back", "forward", "end"])
        self.click(f".do-{name}") if chance.random() < 0.5 else self.press(
            "Enter", on=f".do-{name}"
        )
        {
            "start": lambda: self.go(0),
            "end": lambda: self.go(self.last),
            "back": lambda: self.by(-1),
            "forward": lambda: self.by(1),
        }[name]()

    def key(self, chance):
        key, step = chance.choice(list(self.keys.items()))
        self.press(key, on=chance.choice([".mg", ".panel-scroll", ".code-part"]))
        self.by(step)

    def slider(self, chance):
        place = chance.randint(0, self.last)
        self.slide(".bar input[type=range]", place)
        if place != self.position:
            self.go(place)
        else:
            self.position, self.inner = self.widget.position, self.widget.inner

    def line(self, chance):
        number = chance.randint(1, len(self.widget.data["code"]))
        self.click(".code-part .row", number - 1)
        steps = self.widget.data["steps"]
        places = [p for p, step in enumerate(steps) if p and step["line"] <= number <= step["end"]]
        if places:
            self.go(next((place for place in places if place > self.position), places[0]))

    def node(self, chance):
        nodes = self.page.locator(".scroll [data-node]:not([data-state=unborn])")
        ids = nodes.evaluate_all("all => all.map((one) => one.dataset.node)")
        if not ids:
            return
        node = chance.choice(ids)
        self.click(f".scroll [data-node={node}]")
        if not self.inner:
            born = self.widget.data["nodes"][node]["born"]
            self.go(born) if born else None
            return
        steps = [
            frame["node"] for frame in self.widget.data["passes"][str(self.position)]["frames"]
        ]
        self.inner = steps.index(node) + 1 if node in steps else self.inner

    def into(self, chance):
        place = chance.choice(list(self.widget.passes))
        self.slide(".bar input[type=range]", place)
        if self.page.locator(".push.into").count():
            self.press("Enter", on=chance.choice([".push.into", ".mg"]))
            self.go(place)
            self.inner = 1
        elif place != self.position:
            self.go(place)

    def out(self, chance):
        if self.inner:
            self.press("Escape", on=".mg") if chance.random() < 0.5 else self.click(".push.leave")
            self.inner = 0

    def blank(self, chance):
        self.press("b", on=".mg")
        self.press("b")

    def play(self, chance):
        self.press("Space", on=".mg")
        self.press("Space")
        if self.position == self.last and (not self.inner or self.inner == len(self.frames)):
            self.go(0)

    def check(self):
        page = self.page.evaluate("['position', 'inner'].map((name) => models[0].get(name))")
        assert page == [self.position, self.inner]
        assert [self.widget.position, self.widget.inner] == [self.position, self.inner]
