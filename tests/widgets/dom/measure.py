"""What is measured on a page of any widget: the size and contrast of all text, and what is cut off."""

# Every piece of text that is seen: what it says, how large it is drawn, and its contrast to what lies behind it,
# also in a picture, where axe-core measures none. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
TEXTS = """(SELECTOR) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, i) => part * a + below[i] * (1 - a));
  const light = (colour) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
    const value = colour[i] / 255;
    return sum + part * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
  const opacity = (element) => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const behind = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    const page = matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
    return chain.reduce((below, at) => over(read(getComputedStyle(at).backgroundColor), below), page);
  };
  // In a picture: the shapes that lie under the middle of a text, in the order in which they are painted.
  const pictures = new Map();
  const shapesOf = (svg) => {
    if (pictures.has(svg)) return pictures.get(svg);
    const shapes = [...svg.querySelectorAll("path, polygon, ellipse, circle, rect")].flatMap((shape) => {
      const style = getComputedStyle(shape);
      if (style.fill === "none" || shape.closest("clipPath, defs") || !shape.checkVisibility({ visibilityProperty: true })) return [];
      const [r, g, b, a] = read(style.fill);
      const colour = [r, g, b, a * Number(style.fillOpacity) * opacity(shape)];
      return [{ shape, colour, box: shape.getBoundingClientRect(), inverse: shape.getScreenCTM().inverse() }];
    });
    pictures.set(svg, { shapes, ground: behind(svg) });
    return pictures.get(svg);
  };
  const painted = (text) => {
    const { x, y, width, height } = text.getBoundingClientRect();
    const [across, down] = [x + width / 2, y + height / 2];
    const { shapes, ground } = shapesOf(text.ownerSVGElement);
    return shapes.filter(({ shape, box, inverse }) => box.left <= across && across <= box.right && box.top <= down && down <= box.bottom
      && shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING
      && shape.isPointInFill(new DOMPoint(across, down).matrixTransform(inverse)))
      .reduce((below, { colour }) => over(colour, below), ground);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.closest(".mg, .still") || element.closest(".live, script, style, title, option, [hidden]")) continue;
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    if (style.clipPath !== "none") continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { x, y, width, height } = range.getBoundingClientRect();
    if (!width || !height) continue;
    const drawn = element.closest("svg");
    const scale = drawn && element.getScreenCTM ? element.getScreenCTM().a : 1;
    const back = drawn ? painted(element) : behind(element);
    const [r, g, b, a] = read(drawn ? style.fill : style.color);
    const front = over([r, g, b, a * opacity(element)], back);
    const [high, low] = [light(front), light(back)].sort((one, two) => two - one);
    const classes = (one) => one?.getAttribute("class") ?? one?.tagName ?? "";
    found.push({
      text: node.data.trim().slice(0, 60), size: parseFloat(style.fontSize) * scale, contrast: (high + 0.05) / (low + 0.05),
      where: `${classes(element.parentElement)} > ${element.tagName}.${classes(element)}`,
      selector: SELECTOR ? Boolean(element.closest(SELECTOR)) : true, disabled: Boolean(element.closest("[aria-disabled=true]")), box: [x, y, width, height].map(Math.round),
    });
  }
  return found;
}"""

# What hides a part of itself without a way to scroll there.
CUT = """() => [...document.querySelectorAll(".mg, .mg *:not(svg *, .live, input)")]
  .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX) && getComputedStyle(e).clipPath === "none")
  .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)
  .map((e) => `${e.tagName}.${e.className}`)"""

WIDTH = "document.documentElement.scrollWidth"


def too_pale(page, least=4.5):
    """Return the texts whose contrast is less, each with its contrast, colours blended."""
    return [
        (round(one["contrast"], 2), one["text"], one["where"])
        for one in page.evaluate(TEXTS)
        if one["contrast"] < least and not one["disabled"]
    ]


def too_small(page, least, of=None):
    """Return the texts that are smaller; `of`: only those in what a CSS selector selects."""
    return [
        (round(one["size"], 1), one["text"], one["where"])
        for one in page.evaluate(TEXTS, of)
        if one["size"] < least and one["selector"]
    ]
