"""A lesson where widgets do not run: nbconvert's pages show the picture with its table of steps."""

import base64
import re
from xml.etree import ElementTree as ET

import nbformat
import pytest
from nbconvert import HTMLExporter, SlidesExporter


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
