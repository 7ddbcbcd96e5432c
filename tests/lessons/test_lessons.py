"""What every lesson keeps to, and that its exercises can be solved in it, with either library."""

import ast
import contextlib
import io
import re

import nbformat
import pytest

from .conftest import LESSONS

IMPORTS = {"minigrad", "minigrad_widgets", "textwrap", "warnings"}
LINES = 24  # of a code cell: it has to fit a projector
WIDTH = 100


def read(path):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def outputs(notebook):
    return [output for cell in code(notebook) for output in cell.outputs]


def printed(cell):
    """What a cell prints, without what it displays."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_there_are_five_in_order():
    assert [lesson.stem[:2] for lesson in LESSONS] == ["01", "02", "03", "04", "05"]


# ------------------------------------------------------------------------------------------ form


def test_cells_have_names_and_are_short(lesson):
    notebook = read(lesson)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in ids)
    for cell in code(notebook):
        lines = cell.source.splitlines()
        assert len(lines) <= LINES, cell.id
        assert max(map(len, lines)) <= WIDTH, cell.id


def test_imports(lesson):
    source = "\n".join(cell.source for cell in code(read(lesson)))
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            names.add(node.module.split(".")[0])
    assert names <= IMPORTS
    assert "import minigrad as torch\n" in source


def test_the_course_is_linked(lesson):
    text = "\n".join(cell.source for cell in read(lesson).cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert all((lesson.parent / target).exists() for target in targets)
    others = {path.name for path in LESSONS} - {lesson.name}
    assert others & set(targets)


def test_only_what_every_run_shares_is_stored(lesson):
    notebook = read(lesson)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(set(cell.metadata) <= {"jupyter", "tags"} for cell in notebook.cells)
    stored = nbformat.writes(notebook)
    assert not re.search(r"0x[0-9a-f]{6,}|object at|widget-state|model_id", stored)
    assert not re.search(r"\"[^\"]*(/tmp/|/home/|/root/|site-packages)", stored)


def test_every_cell_was_run_in_order_and_without_error(lesson):
    notebook = read(lesson)
    counts = [cell.execution_count for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert {output.output_type for output in outputs(notebook)} <= {
        "stream",
        "execute_result",
        "display_data",
    }
    assert all(o.name == "stdout" for o in outputs(notebook) if o.output_type == "stream")


def test_every_picture_has_a_text(lesson):
    pictures = [o.data for o in outputs(read(lesson)) if "image/svg+xml" in o.get("data", {})]
    assert pictures
    for data in pictures:
        assert data["image/svg+xml"].startswith("<svg ")
        assert data["text/plain"].startswith(("n0 ", "step  node "))
    assert any(data["text/plain"].startswith("step  node ") for data in pictures)


# ------------------------------------------------------------------------------------- teaching


def test_it_asks_before_it_tells(lesson):
    cells = read(lesson).cells
    asked = 0
    for place, cell in enumerate(cells):
        if "answer" not in tags(cell):
            assert "exercises.compare(" not in cell.source or cell.source.startswith("def ")
            continue
        before = cells[place - 1]
        if "On paper" not in before.source:
            assert (before.source, tags(before)) == ("prediction = ...", ["prediction"])
            assert "exercises.compare(prediction, " in cell.source
            # Folded, JupyterLab shows the first line: it must not be the answer.
            assert printed(cell).startswith("Your prediction: none\n")
            before = cells[place - 2]
            asked += 1
        assert before.cell_type == "markdown"
        assert "**Predict.**" in before.source
        assert cell.metadata.jupyter.outputs_hidden
    assert asked >= 5
    first_picture = next(i for i, c in enumerate(cells) if re.search(r"(draw|step)\(", c.source))
    assert any("**Predict.**" in cell.source for cell in cells[:first_picture])


def test_it_has_exercises_that_wait_for_an_answer(lesson):
    exercises = [cell for cell in code(read(lesson)) if "exercise" in tags(cell)]
    assert exercises
    for cell in exercises:
        assert cell.source.splitlines()[-1].startswith("exercises.check_")
        assert printed(cell).startswith("Not answered yet: ")


def test_it_ends_with_a_summary(lesson):
    last = read(lesson).cells[-1]
    assert last.source.startswith("## Summary\n")
    assert re.search(r"\*\*(Next:|What comes next\.)\*\*", last.source)


# -------------------------------------------------------------------------------------- solutions

SOLUTIONS = {
    "exercise-paths-check": "dp, dq = 10, -4",
    "exercise-walk-check": """
def walk(node, gradient):
    results = node(gradient)
    if not isinstance(results, tuple):
        results = (results,)
    for (next_node, place), result in zip(node.next_functions, results):
        if next_node is not None:
            walk(next_node, result)
""",
    "exercise-weights-check": "target, v = 2 * A[0] - A[1], torch.tensor([2.0, -1.0])",
    "exercise-layer-check": """
G = torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0], [3.0, 1.0, 0.0], [1.0, 1.0, -1.0]])
dW = X.t() @ G
db = G.sum(0)
""",
    "exercise-grad-check": """
x = torch.tensor(3.0, requires_grad=True)
first, second, third, fourth = 6, 12, 5, 8
""",
    "exercise-train-check": """
def loss_of(w):
    return (3 * w - 6) ** 2

def train(loss_of, w, rate, steps):
    for _ in range(steps):
        w.grad = None
        loss = loss_of(w)
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
    return w
""",
    "exercise-outcomes-check": """
x = torch.tensor(3.0, requires_grad=True)
cases = {"A": case_a, "B": case_b, "C": case_c, "D": case_d, "E": case_e}
answers = {
    "A": "error in backward",
    "B": "fine",
    "C": "error at once",
    "D": "wrong gradient",
    "E": "fine",
}
""",
    "exercise-repair-check": """
def exp_plus_one(x):
    y = x.exp()
    return y + 1
""",
    "exercise-cube-check": """
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 3 * x**2
""",
    "exercise-product-check": """
class ScaledProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y, factor):
        ctx.save_for_backward(x, y)
        ctx.factor = factor
        return factor * x * y

    @staticmethod
    def backward(ctx, grad_output):
        x, y = ctx.saved_tensors
        return grad_output * ctx.factor * y, grad_output * ctx.factor * x, None
""",
}


def run(cell_source, namespace):
    """Run a cell as plain Python and return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(cell_source, "<cell>", "exec"), namespace)
    return out.getvalue()


def test_it_prints_the_same_with_either_library_and_can_be_solved(lesson, lib):
    """In one run, so that the solutions stand where a learner would write them."""
    namespace = {"__name__": "__main__"}
    solved = 0
    for cell in code(read(lesson)):
        source = cell.source.replace("import minigrad as torch", f"import {lib.__name__} as torch")
        assert run(source, namespace) == printed(cell), cell.id
        if "exercise" in tags(cell):
            check = source.splitlines()[-1]
            said = run(f"{SOLUTIONS[cell.id]}\n{check}", namespace)
            assert "right" in said, cell.id
            assert not re.search("not right|Not answered", said), cell.id
            solved += 1
    assert solved
    assert namespace["torch"] is lib


def test_every_solution_is_used():
    ids = {c.id for lesson in LESSONS for c in code(read(lesson)) if "exercise" in tags(c)}
    assert ids == set(SOLUTIONS)


@pytest.mark.parametrize("word", ["simply", "just", "obviously", "great", "congratulations"])
def test_no_filler(lesson, word):
    text = "\n".join(cell.source for cell in read(lesson).cells)
    assert not re.search(rf"\b{word}\b", text, re.IGNORECASE)
