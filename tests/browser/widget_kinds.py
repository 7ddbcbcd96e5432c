"""One of every widget, for tests that go over all of them."""

from minigrad_widgets import build, draw, explain, ledger, play, step

HOSTILE = '权重ע</script><img src=x onerror="alert(1)">]]>&\\N\u2028'

# The endings of the files that each can be saved as.
ENDINGS = {
    "stepper": (".html", ".svg", ".png", ".pdf", ".gif", ".txt"),
    "asking": (".html", ".svg", ".png", ".pdf", ".txt"),  # a film would tell what is asked
    "view": (".html", ".svg", ".png", ".pdf", ".txt", ".dot"),
    "viewer": (".html", ".svg", ".png", ".pdf", ".txt", ".dot"),
    "playground": (".html", ".svg", ".png", ".pdf", ".txt"),
    "builder": (".html", ".svg", ".png", ".pdf", ".gif", ".txt"),
    "explanation": (".html", ".svg", ".png", ".pdf", ".txt"),
    "ledger": (".html", ".txt"),
}
WIDGETS = tuple(ENDINGS)


def make(kind, lib, name="loss", *, size=2, **options):
    """Make a widget of this kind.

    ``name`` stands where a learner may write; with ``size`` its graph has about twice as many nodes.
    """
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = x
    for _ in range(size):
        y = (y * x).tanh()
    loss = y.sum()
    names = {"x": x, name: loss}
    match kind:
        case "stepper":
            return step(loss, names, **options)
        case "asking":
            return step(loss, names, predict=True, **options)
        case "view":
            return draw(loss, names, fold=False)
        case "viewer":
            viewer = draw(loss, names, fold=lambda node: f"part {int(node.id[1:]) // 3}", **options)
            viewer.fold()
            return viewer
        case "playground":
            return _playground(lib, name, size, options)
        case "builder":
            code = ["x = torch.tensor([1., 2.], requires_grad=True)", "y = x", f"print({name!r})"]
            code += [
                f"for _ in range({size}):",
                "    y = (y * x).tanh()",
                "y = y.sum()  # " + name.replace("\u2028", " "),
                "y.backward()",
            ]
            return build("\n".join(code), {"torch": lib}, **options)
        case "explanation":
            loss.backward()
            try:
                loss.backward()
            except RuntimeError as error:
                return explain(error, names=names, **options)
        case "ledger":
            with ledger({name: x}, **options) as book:
                loss.backward()
            return book
        case _:
            pass
    raise ValueError(kind)


def _playground(lib, name, size, options):
    other = lib.tensor(2.0, requires_grad=True)

    def function(x, w):
        y = x * w * other
        for _ in range(size):
            y = (y * x).tanh()
        return y

    return play(function, {name: other}, x=0.5, w=(-3, 3, 1), library=lib, **options)
