"""A lesson where widgets do not run: nbconvert's pages and LaTeX, nbviewer, GitHub show picture and table."""

import base64
import re
from xml.etree import ElementTree as ET

import nbformat
import pytest
from nbconvert import HTMLExporter, LatexExporter, SlidesExporter
from traitlets.config import Config

SVG = "{http://www.w3.org/2000/svg}"


def steppers(path):
    """The stored text of each stepper of a lesson."""
    notebook = nbformat.read(path, as_version=4)
    return [
        output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/svg+xml" in output.get("data", {})
        and output.data.get("text/plain", "").startswith("step ")
    ]


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
def test_pages_and_slides_show_the_table_of_steps(lesson, exporter):
    body, _ = exporter().from_filename(str(lesson))
    coded = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", body)
    pictures = [ET.fromstring(base64.b64decode(one)) for one in coded]
    shown = [" ".join(picture.itertext()).replace("\xa0", " ") for picture in pictures]
    texts = steppers(lesson)
    assert len(pictures) >= len(texts)
    for text in texts:
        last = text.splitlines()[-1].split()
        assert any(all(word in one for word in last) for one in shown), last


def pictures(path):
    """What is stored of each picture of a lesson, by type."""
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return [data for data in outputs if "image/svg+xml" in data]


def test_latex_takes_the_png(lesson):
    """As docs/tools.md says: without Inkscape, and so with a picture that LaTeX can read.

    Text cells are left out: they need pandoc.
    """
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    exporter = LatexExporter(config=Config(SVG2PDFPreprocessor={"enabled": False}))
    body, resources = exporter.from_notebook_node(notebook)
    shown = re.findall(r"\\adjustimage\{max size=.*?\}\{([^{}]*)\}\n", body)
    files = [resources["outputs"][name] for name in shown]
    assert files == [base64.b64decode(data["image/png"]) for data in pictures(lesson)]
    assert files
    assert all(file.startswith(b"\x89PNG") for file in files)


def test_github_shows_it(lesson):
    """It refuses widget state; a notebook of many megabytes is not drawn, and this leaves much room."""
    assert lesson.stat().st_size < 500_000
    assert "widgets" not in nbformat.read(lesson, as_version=4).metadata


def test_a_picture_needs_no_style_sheet(lesson):
    """GitHub shows it as an image of its own; nbviewer, before nbconvert 7.7, took the sheet away."""
    for data in pictures(lesson):
        picture = ET.fromstring(data["image/svg+xml"])
        for element in picture.iter():
            if element.tag.removeprefix(SVG) in ("text", "path", "polygon", "ellipse"):
                assert element.get("fill"), ET.tostring(element)
        assert not any("href" in name for element in picture.iter() for name in element.attrib)


def test_a_stepper_fits_on_a_sheet(lesson):
    """Of A4 or letter paper, as nbconvert prints it: what is wider is cut off there."""
    for data in pictures(lesson):
        if data["text/plain"].startswith("step "):
            width = ET.fromstring(data["image/svg+xml"]).get("width", "")
            assert width.endswith("pt")
            assert float(width[:-2]) <= 440
