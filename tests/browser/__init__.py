"""One package, so that its fixtures (a browser, a JupyterLab) end with its last test."""
