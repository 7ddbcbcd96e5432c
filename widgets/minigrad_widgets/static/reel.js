// Shows what has come, in its order: one thing in each frame of the screen, so that every one is seen.

const LONGEST = 12; // things that wait; of more, the oldest are left out

export class Reel {
  constructor(show) {
    Object.assign(this, { show, waiting: [], next: null });
  }

  play(things) {
    this.waiting = [...this.waiting, ...things].slice(-LONGEST);
    this.next ??= requestAnimationFrame(() => this.step());
  }

  step() {
    this.show(this.waiting.shift());
    this.next = this.waiting.length ? requestAnimationFrame(() => this.step()) : null;
  }

  close() {
    cancelAnimationFrame(this.next);
  }
}
