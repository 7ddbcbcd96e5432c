"""A saved stepper: one file, no kernel, no network."""

from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step


def saved(tmp_path, lib=minigrad, **kwargs):
    w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    y = w * 2 + b
    stepper = step((y * y).sum(), {"w": w, "b": b, "y": y}, **kwargs)
    stepper.save(tmp_path / "page.html", position=1)
    return (tmp_path / "page.html").as_uri()


def opened(browser, url, **options):
    problems = []
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.on("requestfailed", lambda request: problems.append(request.url))
    page.goto(url)
    return context, page, problems


def test_it_steps_with_the_network_off(browser, tmp_path, lib):
    context, page, problems = opened(browser, saved(tmp_path, lib))
    expect(page.locator(".position")).to_have_text("1 / 6")
    page.locator(".mg-stepper").focus()
    for key in ("ArrowRight", "PageDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".position")).to_have_text("4 / 6")
    expect(page.locator("footer")).to_contain_text("b.grad=27.")
    page.locator(".steps tbody tr").nth(5).click()
    expect(page.locator(".panel-body h3")).to_have_text("AccumulateGrad w")
    page.keyboard.press("Home")
    expect(page.locator("footer")).to_contain_text("w.grad=None")
    assert problems == []
    context.close()


def test_it_follows_the_theme_of_the_system(browser, tmp_path):
    url = saved(tmp_path)
    inks = []
    for scheme in ("light", "dark"):
        context, page, problems = opened(browser, url, color_scheme=scheme)
        inks.append(page.locator(".panel-body h3").evaluate("e => getComputedStyle(e).color"))
        assert problems == []
        context.close()
    assert inks == ["rgb(22, 25, 29)", "rgb(241, 243, 245)"]


def test_its_language_is_kept(browser, tmp_path):
    context, page, problems = opened(browser, saved(tmp_path, lang="zh", engine=True))
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    expect(page.locator(".panel-body .count")).to_have_text("第 1 步，共 6 步")
    expect(page.locator(".block.engine")).to_be_visible()
    assert problems == []
    context.close()


def test_without_scripts_the_table_is_there(browser, tmp_path):
    context, page, _ = opened(browser, saved(tmp_path), java_script_enabled=False)
    assert "AccumulateGrad  w" in page.locator("noscript").inner_html()
    context.close()
