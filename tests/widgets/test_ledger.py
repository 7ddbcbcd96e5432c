"""ledger(): what a learner's loop does to the gradients of its leaves."""

import doctest
import re
from dataclasses import FrozenInstanceError
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
from minigrad_widgets import bookkeeping, ledger
from minigrad_widgets.bookkeeping import LARGEST, Large
from minigrad_widgets.ledger_table import MOST
from minigrad_widgets.words import words

NOT_THERE = re.compile(r"0x[0-9a-fA-F]{4,}|object at")


def leaf(lib, value):
    return lib.tensor(value, requires_grad=True)


def told(book):
    """Return the rows as tuples of plain values."""

    def plain(value):
        return value.tolist() if hasattr(value, "tolist") else value

    return [
        (row.number, row.leaf, row.event, plain(row.before), plain(row.incoming), plain(row.after))
        for row in book.rows
    ]


def hooks(tensor):
    """Return what is registered on a leaf, whichever way the library keeps it."""
    posts = getattr(tensor, "_post_accumulate_grad_hooks", None)
    if posts is None and not hasattr(tensor, "_post_accumulate_grad_hooks"):
        kept = tensor._leaf.hooks if tensor._leaf else {}
        return {kind: dict(each) for kind, each in kept.items() if each}
    return [*(tensor._backward_hooks or {}), *(posts or {})]


# ----------------------------------------------------------------------------------------- passes


def test_none_is_told_from_zero(lib):
    w, v = leaf(lib, 2.0), leaf(lib, 3.0)
    v.grad = lib.tensor(0.0)
    with ledger({"w": w, "v": v}) as book:
        (w * v).backward()
    assert told(book) == [(1, "w", "backward", None, 3.0, 3.0), (1, "v", "backward", 0.0, 2.0, 2.0)]
    assert [row.added_to for row in book.rows] == [None, None]


def test_a_leaf_without_gradient_is_told_apart(lib):
    w, v = leaf(lib, 2.0), leaf(lib, 3.0)
    with ledger([w, v]) as book:
        (w * w).backward()
        (w * v).backward()
        (w * w).backward()
    assert [row.event for row in book.rows] == [
        *("backward", "missing", "backward", "backward", "backward", "missing")
    ]
    lines = str(book).splitlines()
    assert "None    None      None   ○ no gradient reached it in this pass" in lines[3]
    assert lines[-1].endswith("○ no gradient reached it in this pass: .grad stays as it was")


def test_two_passes_that_share_no_leaf_are_two(lib):
    w, v = leaf(lib, 2.0), leaf(lib, 3.0)
    with ledger({"w": w, "v": v}) as book:
        (w * w).backward()
        (v * v).backward()
        for _ in range(30):  # a new pass may stand where an old one stood in memory
            (w * 1.0).backward()
            (v * 1.0).backward()
    assert len(book.passes) == 62
    assert [book.passes[0]["v"].event, book.passes[1]["w"].event] == ["missing"] * 2


def test_what_is_added_to_an_old_gradient_is_marked(lib):
    w = leaf(lib, 1.0)
    with ledger(w) as book:
        for _ in range(3):
            (3 * w).backward()
    assert [row.added_to for row in book.rows] == [None, 1, 1]
    assert not any(row.stale for row in book.rows)
    assert str(book).splitlines()[-1].endswith("+ added to what .grad holds since pass 1")


def test_a_forgotten_zero_grad_is_marked(lib):
    w = leaf(lib, 1.0)
    optimizer = lib.optim.SGD([w], lr=0.5)
    with ledger(w) as book:
        for _ in range(2):
            (w * w).backward()
            optimizer.step()
    assert [row.stale for row in book.rows] == [False, False, True, False]
    assert "⚠ added to what .grad holds since pass 1, and w has changed since" in str(book)


@pytest.mark.parametrize("set_to_none", [True, False])
def test_with_zero_grad_nothing_is_marked(lib, set_to_none):
    w = leaf(lib, 1.0)
    optimizer = lib.optim.SGD([w], lr=0.5)
    with ledger(w) as book:
        for _ in range(2):
            optimizer.zero_grad(set_to_none=set_to_none)
            (w * w).backward()
            optimizer.step()
    assert told(book) == [
        (1, "w", "backward", None, 2.0, 2.0),
        (1, "w", "step", 1.0, None, 0.0),
        (1, "w", "none" if set_to_none else "zero", 2.0, None, None if set_to_none else 0.0),
        (2, "w", "backward", None if set_to_none else 0.0, 0.0, 0.0),
        (2, "w", "step", 0.0, None, 0.0),
    ]
    assert not any(row.stale or row.added_to for row in book.rows)


def test_a_gradient_from_before_the_ledger(lib):
    w = leaf(lib, 1.0)
    (w * 5).backward()
    with ledger(w) as book:
        (w * 2).backward()
    assert told(book) == [(1, "w", "backward", 5.0, 2.0, 7.0)]
    assert book.rows[0].added_to == 0
    assert "+ added to what .grad held before the ledger" in str(book)


# --------------------------------------------------------------------------------- between passes


@pytest.mark.parametrize(
    ("change", "event", "after"),
    [
        (lambda lib, w: setattr(w, "grad", None), "none", None),
        (lambda lib, w: w.grad.zero_(), "zero", 0.0),
        (lambda lib, w: w.grad.data.zero_(), "zero", 0.0),
        (lambda lib, w: setattr(w, "grad", lib.zeros_like(w)), "zero", 0.0),
        (lambda lib, w: setattr(w, "grad", lib.tensor(7.0)), "changed", 7.0),
        (lambda lib, w: w.grad.mul_(2), "changed", 4.0),
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_what_is_done_to_grad_by_hand(lib, change, event, after, again):
    w = leaf(lib, 1.0)
    with ledger(w) as book:
        (w * 2).backward()
        change(lib, w)
        if again:
            (w * 2).backward()
    assert told(book)[1] == (1, "w", event, 2.0, None, after)
    if again:
        assert told(book)[2] == (2, "w", "backward", after, 2.0, (after or 0.0) + 2.0)


def test_what_is_done_to_the_leaf_by_hand(lib):
    w = leaf(lib, 2.0)
    with ledger(w) as book:
        (w * w).backward()
        with lib.no_grad():
            w -= 0.5
        (w * w).backward()
        w.data -= 0.5
    assert [row for row in told(book) if row[2] == "step"] == [
        (1, "w", "step", 2.0, None, 1.5),
        (2, "w", "step", 1.5, None, 1.0),
    ]


def test_changes_of_values_stand_before_changes_of_gradients(lib):
    model = lib.nn.Linear(2, 1)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
    with ledger(model) as book:
        model(lib.ones(2)).sum().backward()
        optimizer.step()
        optimizer.zero_grad()
    assert [(row.leaf, row.event) for row in book.rows] == [
        *(("weight", "backward"), ("bias", "backward"), ("weight", "step"), ("bias", "step")),
        *(("weight", "none"), ("bias", "none")),
    ]


def test_rows_may_be_read_inside_the_block(lib):
    w = leaf(lib, 2.0)
    with ledger(w) as book:
        (w * w).backward()
        assert len(book.rows) == 1
        w.grad = None
        assert len(book.rows) == 2
        assert len(book.rows) == 2
        (w * w).backward()
    assert [row.event for row in book.rows] == ["backward", "none", "backward"]
    assert [row.number for row in book.rows] == [1, 1, 2]


# --------------------------------------------------------------------------- passes that are rarer


def test_a_gradient_that_is_returned_and_not_added(lib):
    w, v = leaf(lib, 2.0), leaf(lib, 3.0)
    with ledger([w, v]) as book:
        lib.autograd.grad(w * v, [w])
    assert told(book) == [
        (1, "w", "returned", None, 3.0, None),
        (1, "v", "missing", None, None, None),
    ]
    assert w.grad is None


def test_a_pass_that_fails(lib):
    w, v = leaf(lib, 2.0), leaf(lib, 3.0)
    y = w.exp()
    z = y * 1.0 + v
    y.data.mul_(1)  # no version: all is well
    y.detach().add_(1)
    with pytest.raises(RuntimeError, match="inplace"), ledger([w, v]) as book:
        z.backward()
    assert not hooks(w)
    assert not hooks(v)
    assert [row.event for row in book.rows if row.leaf == "w"] in ([], ["missing"])


def test_a_hook_of_the_learner_that_comes_later(lib):
    w = leaf(lib, 2.0)
    w.register_hook(lambda grad: grad * 10)
    with ledger(w) as book:
        (w * 3).backward()
        handle = w.register_hook(lambda grad: grad + 0.5)
        (w * 3).backward()
        handle.remove()
    assert told(book) == [
        (1, "w", "backward", None, 30.0, 30.0),
        (2, "w", "backward", 30.0, 30.5, 60.5),
    ]


def test_a_pass_with_create_graph(lib):
    w = leaf(lib, 2.0)
    with ledger(w) as book:
        (first,) = lib.autograd.grad(w**3, w, create_graph=True)
        first.backward()
    assert told(book) == [
        (1, "w", "returned", None, 12.0, None),
        (2, "w", "backward", None, 12.0, 12.0),
    ]
    assert not any(row.incoming.requires_grad for row in book.rows)


def test_nan_is_no_change(lib):
    w = leaf(lib, [0.0, 1.0])
    with ledger(w) as book:
        (w * float("nan")).sum().backward()
        (w * float("nan")).sum().backward()
        w.grad = None
    assert [row.event for row in book.rows] == ["backward", "backward", "none"]


def test_stepping_inside_the_block_is_no_pass(lib):
    from minigrad_widgets import step

    w = leaf(lib, 2.0)
    with ledger(w) as book:
        step(w * w)
    assert book.rows == []


def test_the_loop_ends_as_it_would_without(lib):
    def run(watch):
        lib.manual_seed(3)
        model = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
        optimizer = lib.optim.Adam(model.parameters(), lr=0.1)
        inputs = lib.randn(5, 3)

        def loop():
            for _ in range(5):
                optimizer.zero_grad()
                (model(inputs) ** 2).mean().backward()
                optimizer.step()

        if watch:
            with ledger(model):
                loop()
        else:
            loop()
        return [p.tolist() for p in model.parameters()]

    assert run(True) == run(False)


# ------------------------------------------------------------------------------------ hooks, names


def fail_after_a_pass(w):
    (w * w).backward()
    raise ZeroDivisionError


def test_nothing_stays_registered(lib):
    w = leaf(lib, 2.0)
    with ledger(w):
        assert hooks(w)
    assert not hooks(w)
    with pytest.raises(ZeroDivisionError), ledger(w) as book:
        fail_after_a_pass(w)
    assert not hooks(w)
    assert len(book.rows) == 1
    w.grad = None
    (w * w).backward()
    assert len(book.rows) == 1


def test_a_book_goes_on_in_a_second_block(lib):
    w = leaf(lib, 2.0)
    book = ledger(w)
    with book:
        (w * w).backward()
    w.grad = None
    with book:
        (w * w).backward()
        with pytest.raises(RuntimeError, match="already"), book:
            pass
    assert [(row.number, row.event) for row in book.rows] == [(1, "backward"), (2, "backward")]
    assert not hooks(w)


def test_names(lib):
    w, v = leaf(lib, 2.0), leaf(lib, 3.0)
    model = lib.nn.Linear(1, 1)

    def names(*args, **kwargs):
        with ledger(*args, **kwargs) as book:
            (w * v + model(lib.ones(1)).sum()).backward()
        return [row.leaf for row in book.rows]

    assert names([w, v]) == ["w", "v"]
    assert names((w, w)) == ["w"]
    assert names({"α": w, "v": v}) == ["α", "v"]
    assert names(model) == ["weight", "bias"]
    assert names(model.parameters()) == ["model.weight", "model.bias"]
    assert names([w, v], {"x": v}) == ["leaf 0", "x"]
    assert names({"a": w, "b": v}, {"x": v}) == ["a", "x"]
    assert names([leaf(lib, 1.0)]) == []


def test_frozen_parameters_are_left_out(lib):
    model = lib.nn.Linear(1, 1)
    model.weight.requires_grad_(False)
    with ledger(model) as book:
        model(lib.ones(1)).sum().backward()
    assert [row.leaf for row in book.rows] == ["bias"]


def test_what_cannot_be_watched_is_refused(lib):
    w = leaf(lib, 2.0)
    with pytest.raises(ValueError, match="'y' is no leaf"):
        ledger({"y": w * w})
    with pytest.raises(ValueError, match="number 1 does not require grad"):
        ledger([w, lib.tensor(1.0)])
    with pytest.raises(TypeError, match="number 1 is no tensor, but float"):
        ledger([w, 1.0])
    with pytest.raises(TypeError, match="not float"):
        ledger(1.0)
    with pytest.raises(ValueError, match="no tensor that requires grad"):
        ledger([])
    with pytest.raises(ValueError, match="languages"):
        ledger(w, lang="fr")
    assert not hooks(w)


def test_large_tensors_are_kept_as_shape_and_norm(lib):
    w = lib.ones(LARGEST + 1, requires_grad=True)
    with ledger(w) as book:
        (w * 2).sum().backward()
        w.grad.neg_()  # the norm stays
        w.grad.zero_()
        (w * 2).sum().backward()
        w.grad.neg_()
    assert [row.event for row in book.rows] == ["backward", "zero", "backward", "changed"]
    assert isinstance(book.rows[0].incoming, Large)
    assert book.rows[0].incoming.shape == (1001,)
    assert book.rows[0].incoming.norm == pytest.approx(2 * 1001**0.5)
    assert "[1001] norm 63.28" in str(book)


def test_rows_are_copies_and_frozen(lib):
    w = leaf(lib, [1.0, 2.0])
    with ledger(w) as book:
        (w * w).sum().backward()
    w.grad.zero_()
    (row,) = book.rows
    assert row.after.tolist() == [2.0, 4.0]
    assert book.passes == [{"w": row}]
    with pytest.raises(FrozenInstanceError):
        row.leaf = "v"


# -------------------------------------------------------------------------------------- the table


def html(book):
    """Return the HTML of a book, which is well-formed XML too."""
    return ET.fromstring(f"<body>{book._repr_mimebundle_()['text/html']}</body>")


def test_the_table_in_both_libraries(both):
    def table(lib):
        w, v = leaf(lib, 2.0), leaf(lib, [[1.0, 2.0], [3.0, 4.0]])
        optimizer = lib.optim.SGD([w, v], lr=0.1)
        with ledger([w, v]) as book:
            for i in range(3):
                if i == 2:
                    optimizer.zero_grad()
                (w * v if i else w * w).sum().backward()
                optimizer.step()
        return book._repr_mimebundle_()

    one, other = map(table, both)
    assert one == other
    assert not NOT_THERE.search(one["text/plain"] + one["text/html"])
    lines = one["text/plain"].splitlines()
    assert lines[0] == "Ledger: 3 backward passes, 2 leaves"
    assert [re.split(" {2,}", line.strip()) for line in lines[1:4]] == [
        ["pass", "tensor", "event", "before", "incoming", "after"],
        ["1", "w.grad", "backward", "None", "4.", "4."],
        ["v.grad", *("backward", "None", "None", "None"), "○ no gradient reached it in this pass"],
    ]


def test_the_html_says_what_the_text_says():
    w = leaf(minigrad, 2.0)
    optimizer = minigrad.optim.SGD([w], lr=0.1)
    with ledger(w) as book:
        for _ in range(2):
            (w * w).backward()
            optimizer.step()
    rows = html(book).findall(".//tbody/tr")
    found = [" ".join("".join(row.itertext()).split()) for row in rows]
    lines = str(book).splitlines()[2:]
    first, second, third, fourth = ["".join(line.split()) for line in lines]
    assert ["".join(text.split()) for text in found] == [
        *(first, second, *third.replace("⚠", "\n⚠").split("\n"), fourth)
    ]
    assert [row.get("class") for row in rows] == [
        *("backward first", "step", "backward stale first", "backward stale note", "step")
    ]
    heads = html(book).findall(".//thead/tr/th")
    assert all(head.get("scope") == "col" for head in heads)
    assert html(book).find(".//caption").text == "Ledger: 2 backward passes, 1 leaf"


def test_an_empty_book():
    w = leaf(minigrad, 2.0)
    with ledger(w) as book:
        pass
    said = "No backward pass has reached these leaves."
    assert str(book) == f"Ledger: 0 backward passes, 1 leaf\n{said}"
    assert said in "".join(html(book).itertext())
    assert book.passes == []


def test_a_long_book_is_cut_where_it_is_shown():
    w = leaf(minigrad, 2.0)
    with ledger(w) as book:
        for _ in range(MOST + 50):
            (w * w).backward()
    assert len(book.rows) == MOST + 50
    lines = str(book).splitlines()
    assert len(lines) == MOST + 3
    assert lines[2 + MOST // 2].split("  ")[-1] == "50 more rows are in .rows"
    rows = html(book).findall(".//tbody/tr")
    assert sum(not row.get("class").endswith("note") for row in rows) == MOST + 1


def test_the_table_speaks_chinese():
    w = leaf(minigrad, 2.0)
    with ledger(w, lang="zh-CN") as book:
        (w * w).backward()
        (w * w).backward()
    text = words("ledger", lang="zh")
    assert text["head_before"] in str(book)
    assert "累加到自第 1 次反向传播起保留的 .grad 上" in str(book)
    assert "累加到自第 1 次反向传播起保留的 .grad 上" in "".join(html(book).itertext())


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"&amp;\\N', "损失", "שלום\u202e", "a\nb", "", "x" * 300]
)
def test_names_are_text(name):
    w = leaf(minigrad, 2.0)
    with ledger({name: w}) as book:
        (w * w).backward()
    assert "<script" not in book._repr_mimebundle_()["text/html"]
    html(book)
    assert len(str(book).splitlines()) == 3


@settings(max_examples=40, deadline=None)
@given(name=st.text(), value=st.floats(width=32))
def test_any_name_and_any_value(name, value):
    w = leaf(minigrad, value)
    with ledger({name: w}) as book:
        (w * w).backward()
        w.grad = None
    assert [row.event for row in book.rows] == ["backward", "none"]
    written = book._repr_mimebundle_()["text/html"]
    assert "\u202e" not in written
    assert len(book._repr_mimebundle_()["text/plain"].splitlines()) == 4
    html(book)


def test_the_example_in_the_docstring():
    (test,) = [
        t
        for t in doctest.DocTestFinder().find(bookkeeping.ledger, globs=vars(bookkeeping))
        if t.examples
    ]
    out = []
    assert doctest.DocTestRunner().run(test, out=out.append).failed == 0, "".join(out)


def test_tensors_of_pytorch_without_numbers(both):
    _, torch = both
    w = torch.ones(2, device="meta", requires_grad=True)
    with ledger({"w": w}) as book:
        for _ in range(2):
            (w * 2).sum().backward()
    assert str(book).count("backward  ") == 2
