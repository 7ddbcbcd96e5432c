"""The course: what each lesson keeps to, and the checks of its exercises."""
