"""The last digits of results: sums, products and functions by the steps of PyTorch's libraries.

Nothing here knows of tensors or gradients; all are functions of arrays. Who reads how automatic
differentiation works can pass over this package: numpy's own functions would do, but for a digit.
"""
