"""What layers and losses say of arguments that do not fit, as a table. See `minigrad.errors`."""

from __future__ import annotations

import re
from typing import Any

_TABLE = """
conv_dims Expected {0}D (unbatched) or {1}D (batched) input to conv{2}d, but got input of size: {3}
conv_weight weight should have at least three dimensions
conv_weight_dims Expected {0}-dimensional input for {0}-dimensional weight{1}, but got
    {2}-dimensional input of size {3} instead
conv_dtype Input type ({0}) and {2} type ({1}) should be the same
conv_padding negative padding is not supported
conv_stride non-positive stride is not supported
conv_groups non-positive groups is not supported
conv_dilation dilation should be greater than zero{0}
conv_out Given groups={0}, expected weight to be {1} {0} at dimension 0, but got weight of size {2}
    instead
conv_channels Given {0}, weight of size {1}, expected input{2} to have {3} channels, but got {4}
    channels instead
conv_bias Given {0}weight of size {1}, expected bias to be 1-dimensional with {2} elements, but got
    bias of size {3} instead
conv_size Calculated padded input size per channel: {0}. Kernel size: {1}. Kernel size can't be
    greater than actual input size
conv_same padding='same' is not supported for strided convolutions
conv_name Invalid padding string: '{0}'
pool_empty Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but
    got:{0}
pool_dims non-empty 3D or 4D (batch mode) tensor expected for input
pool_kernel kernel size should be greater than zero, but got kH: {0} kW: {1}
pool_stride stride should not be zero
pool_padding pad must be non-negative, but got pad: {0}
pool_dilation dilation should be greater than zero, but got dilationH: {0} dilationW: {1}
pool_half pad should be at most half of effective kernel size, but got pad={0}, kernel_size={1} and
    dilation={2}
pool_size Given input size: ({0}). Calculated output size: ({1}). Output size is too small
pool_divisor divisor must be not zero
max_1d max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input,
    but got:{0}
max_1d_positive max_pool1d() {0} must be greater than zero, but got {1}
max_1d_size max_pool1d() Invalid computed output size: {0}
avg_1d Expected 2 to 3 dimensions, but got {0}-dimensional tensor for argument #1 'self' (while
    checking arguments for avg_pool1d)
adaptive_dims Input dimension should be at least {0}
adaptive_length adaptive_avg_pool2d: output_size must be 2
adaptive_negative adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0
    but received {{{0}, {1}}}
adaptive_input adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got {0}
adaptive_empty adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions,
    but input has sizes {0} with dimension {1} being empty
pad_even Padding length must be divisible by 2
pad_long Padding length should be less than or equal to two times the input dimension but got
    padding length {0} and input of dimension {1}
pad_cut narrow(): length must be non-negative.
pad_value Padding mode "{0}" doesn't take in value argument
pad_mode Unrecognised padding mode {0}
pad_dims Padding size {0} is not supported for {1}D input tensor.\\n\
Supported combinations for non-constant padding:\\n\
  - 2D or 3D input: padding size = 2 (pads last dimension)\\n\
  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)\\n\
  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)
pad_wraps Padding value causes wrapping around more than once.
pad_negative Negative padding value is resulting in an empty dimension
pad_empty Expected {0}D or {1}D (batch mode) tensor with possibly 0 batch size and other non-zero
    dimensions for input, but got: {2}
pad_reflect Argument #{0}: Padding size should be less than the corresponding input dimension, but
    got: padding ({1}, {2}) at dimension {3} of input {4}
prelu_weight prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {0}
prelu_dtype prelu: Type promoting not supported. Got {0} and {1}
prelu_number Not allow zero-dim input tensor.
prelu_channels Mismatch of parameter numbers and input channel size. Found parameter numbers = {0}
    and channel size = {1}.
glu_number glu does not support scalars because halving size must be even
glu_even Halving dimension must be even, but dimension {0} is size {1}
embedding_weight 'weight' must be 2-D
embedding_dtype Expected tensor for argument #1 'indices' to have one of the following scalar types:
    Long, Int; but got torch.{0}Tensor instead (while checking arguments for embedding)
embedding_range index out of range in self
embedding_padding Padding_idx must be within num_embeddings
one_hot_dtype one_hot is only applicable to index tensor of type LongTensor.
one_hot_negative Class values must be non-negative.
one_hot_range Class values must be smaller than num_classes.
norm_shape Given normalized_shape={0}, expected input with shape [{1}], but got input of size{2}
norm_weight Expected {0} to be of same shape as normalized_shape, but got {0} of shape {1} and
    normalized_shape = {2}
batch_one Expected more than 1 value per channel when training, got input size {0}
batch_running {0} must be defined in evaluation mode
batch_size {0} should contain {1} elements not {2}
reduction {0} is not a valid value for reduction
loss_weight Weights and input must have the same size.
smooth_beta smooth_l1_loss does not support negative values for beta.
huber_delta huber_loss does not support non-positive values for delta.
bce_size Using a target size ({0}) that is different to the input size ({1}) is deprecated. Please
    ensure they have the same size.
bce_dtype Found dtype {0} but expected {1}
bce_range all elements of {0} should be between 0 and 1
logits_size Target size ({0}) must be the same as input size ({1})
nll_batch Expected input batch_size ({0}) to match target batch_size ({1}).
nll_multi 0D or 1D target tensor expected, multi-target not supported
nll_spatial only batches of spatial targets supported (3D tensors) but got targets of dimension: {0}
nll_mismatch size mismatch (got input: {0} , target: {1}
nll_size Expected target size {0}, got {1}
nll_dtype expected target dtype to be Long or Byte, but got {0}
nll_weight weight tensor should be defined either for all {0} classes or no classes but got weight
    tensor of shape: {1}
nll_range Target {0} is out of bounds.
probabilities Expected floating point type for target with class probabilities, got {0}
smoothing label_smoothing must be between 0.0 and 1.0. Got: {0:g}
"""
_ENTRIES = re.findall(r"^(\w+) (.*(?:\n .*)*)", _TABLE, re.MULTILINE)
TEXTS = {name: re.sub(r"\n +", " ", text).replace("\\n", "\n") for name, text in _ENTRIES}


def check(holds: Any, name: str, *values: Any, error: type[Exception] = RuntimeError) -> None:
    """Raise `error` with the text `name` unless the condition `holds`; lists stand for sizes."""
    if not holds:
        raise error(TEXTS[name].format(*values))
