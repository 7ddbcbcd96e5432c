"""What a test waits for on a page: that something is so, never that some time has passed."""

FRAMES = """async count => {
  for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
}"""
# A timer that is set later ends later, however busy the machine is.
TIMERS = "milliseconds => new Promise((done) => setTimeout(done, milliseconds))"


def frames(page, count=4):
    """Let the page draw: observers and animations get their turn within a few frames of the screen."""
    page.evaluate(FRAMES, count)


def timers(page, milliseconds):
    """Let all timers end that the page has set for less."""
    page.evaluate(TIMERS, milliseconds)


def heard(page):
    """Wait until Python has answered, also on a page whose clock stands still."""
    page.evaluate("async () => { while (window.asked) await window.answered; }")


def answered(page):
    """Wait until Python has answered, and the page shows it."""
    heard(page)
    frames(page)


def at_rest(page):
    """Wait until a playground has asked for its better curve too, and shows all that has come."""
    page.wait_for_function(
        "window.asked === 0 && models.every((model) => !model.get('state').rough)"
    )
    frames(page, 13)  # reel.js shows one thing in each, and at most twelve wait
