"""What docs/limits.md lists under "The same names, another behaviour", as it shows in random programs."""

from __future__ import annotations

import math
import re

LISTED = (
    r"\._saved_(LU|pivots|left): ",
    r"\.(nodes|ranks|text).*(Elu|Gelu|Softplus|LogSigmoid|SmoothL1Loss|BinaryCrossEntropy)BackwardB",
    r"\.(nodes|ranks|text).*Native(Layer|Batch)NormBackwardB",
    r"\.(nodes|ranks).*(IndexFill|LinalgInvEx|DiagEmbed)Backward",
    r"det\(.*\.sign of zero: ",
    r"\.nodes\[\d+\]\.saved\._saved_total_weight: .*\| None",
    r"saved_tensors_hooks.*\._saved_(mask|condition|index|indices|target|total_weight|buffer)",
    r"saved_tensors_hooks.*(layer|batch)_norm\(.*\._saved_result[12]\.data: ",
    r"gelu\(.*\.data: .*\| .*\bnan\b",
    r"(\.backward\((?!retain|create|inputs)[\w+(-]|autograd\.grad\(\w+, \w+, (?!retain|create|allow)[\w+(-]).*\.log\S*\.(requires_grad|grad_fn): ",
    r"(\.backward\((?!retain|create|inputs)[\w+(-]|autograd\.grad\(\w+, \w+, (?!retain|create|allow)[\w+(-]).*\.text: '(tensor\([^|]*)\)' \| '\2,[\\n\s]*(requires_grad=True|grad_fn=<\w+>)\)'",
    r"autograd\.(grad|functional\.\w+)\(.*\.stride\[",
    r"topk\(.*_saved_indices",
    r"topk\([^\n]*\n[^|\n]*\.data: \[(\d+, )*\d+\] \| ",
    r"Boolean alpha only supported",
    r"gradient layout contract",
    r"(\.backward\((?!retain|create|inputs)[\w+(-]|autograd\.grad\(\w+, \w+, (?!retain|create|allow)[\w+(-]).*\.log\S*: tensor.*\| .*(requires_grad=True|grad_fn=<\w+>)\)",
    r"setStorage: .*\| (None|setStorage: )",
    r"A leaf node was passed to _will_engine_execute_node",
    r"masked_fill_\(.*tensor a \((\d+)\) [^\n]*tensor b \((\d+)\)[^\n]*a \(\2\) [^\n]*b \(\1\) at",
    r"(?i:conv2d)\(.*error: None \| .*(Only zero batch or zero channel|kernel size should be greater)",
    r"(\.backward\((?!retain|create|inputs)[\w+(-]|autograd\.grad\(\w+, \w+, (?!retain|create|allow)[\w+(-]).*\.log\S*: False \| True",
    r"at statement[^\n]*(\n    [^\n]*)?\[[^\n]*(\[|tensor\(|argmax\(|randperm\(|True|[<>=] )[^\n]*\][^\n]*\n\S*\.stride\[",
    r"expand\(.*\| numel: integer multiplication overflow",
    r"autograd\.grad\(.*'multi'",
    r"addmm_\(.*error\[1\]: [^\n]*\| (Bad in-place call|mat1 )",
    r"(avg_pool2d|AvgPool2d\(.*\)|with_logits|BCEWithLogitsLoss\(.*\))\(.*\.stride\[",
    r"\.(text|log\S*): .*grad_fn=<\w+>[^\n]* \| .*grad_fn=<PutBackward0>",
    r"\| [^\n]*masked_fill_ on expanded tensors is deprecated",
    r"\| [^\n]*Integer division with addcdiv",
    r"addcmul\(.*\"addcmul_cpu_out\" not implemented for \\?'Bool",
    r"floor_divide is not implemented \| [^\n]*floor_divide_ is not implemented",
    r"got dtype bool",
    r"alpha=True.*(\| None|Boolean alpha)",
    r"(einsum\(|matmul\(|bmm\(| @ ).*expected scalar type .*\| (None|element 0 of tensors)",
    r"Expected reduction dim \d to have non-zero size\. \| .*Expected reduction dim -",
    r"cross_entropy\(.*text: 'tensor\(nan[^\n]*<DivBackward1>[^\n]*<NegBackward0>",
    r"detach_\(\).*retains_grad: False \| True|(index_add_|scatter_|scatter_add_)\(.*single memory location",
    r"error\S*: [^\n]*minigrad has no ",
    r"layer_norm\(.*_saved_result(1\.data: .*inf|2\.data: ).*\| .*nan",
    r"\.(nodes|ranks|text|log\S*|grad_fn)\b.*(Atan2|MaskedScatter)Backward",
    r"autograd\.grad\(.*\.base: None \| ",
    r"_saved_result[12]\.dtype: torch\.float16 \| torch\.float32",
    r"(inverse|inv|det|solve)\(.*\.data: .* \| .*\bnan\b",
    r"median\(.*not implemented for \\?'Bool",
    r"(clamp_?|max|min|amax|amin|maximum|minimum|median|topk|double_it)\(.*\.sign of zero: ",
    r"\.log\S*\.sign of zero: ",  # of what the state has shown, or would
    r"\.name: IndexAddBackward0 \| torch::autograd::CopySlices",
    r"Inference tensors cannot be saved for backward.*\| None",
    r'"clamp_\w*cpu" not implemented for',
    r"expected scalar type Bool but found \w+\n?.* \| \"bmm\" not implemented",
    r"index -\d+ is out of bounds for dimension 0 with size 0 \| select\(\) cannot be applied",
    r"index -?\d+ is out of bounds for dimension 0 with size 0 \| index -?\d+ is out of bounds for dimension 0",
    r"error\S*: [^\n]* \| .*pytorch/c10/core/Scalar.cpp",
    r"\bsort\(.*\.sign of zero: ",
    r"\b(arg)?sort\([^\n]*\n[^|]*\.data: \[(\d+, ){16,}\d+\] \| ",
    r"\.name: torch::autograd::CopyBackwards \| CloneBackward0",
    r"# both raise \w+\n\.warnings: [^\n]*(degrees of freedom|on expanded tensors)[^\n]*\| None",
    r"cum(sum|prod)_\(.*_out_cpu\\?\" not implemented for \\?'Bool",
    r"sub\(.*alpha=.*\.sign of zero: ",
    r"\._saved_ind(ex|ices)\.is: None",
    r"(tri[lu]|masked_fill)_\(.*more than one element of the written-to tensor",
    r"(\w+)\[\1\] = .*single memory location",
    r"\b(\w+)\[[^\n]*\] = \1\n[^\n]*None \| [^\n]*single memory location",
    r"kaiming_\w+_\(.*(Fan in and fan out|not implemented for) [^\n]*\| None",
    r"(arange|linspace)_cpu\\?\" not implemented for \\?'Bool",
    r"batch_norm\(.*Dimension out of range[^\n]* \| (tuple index|Expected more than 1|running_\w+ should)",
    r"Parameter(List|Dict) should not be called",
    r"out=(\w+)\).*\.variables\.\1\.stride\[",
    r"out=(\w+)\).*\.variables\.(?!\1\b)[\w\[\]]+\.(data|sign of zero): ",  # which sees the memory of one that is resized
    r"shape '[^\n]*\| einsum\(\): subscript",
    r"((//|%)= |(floor_divide|div|remainder|fmod)_\()[^\n]*# both raise \w+\n\S*\.data: ",
    r"(dumps|save)\(.*backward hook .* on tensor will not be serialized",
    r"(sum|mean|prod)\([^\n]*out=.*can't be cast to the desired output type [^\n]*\| None",
    r"gradcheck\(.*list index out of range",
    r"gradcheck\(.*\.warnings: ",
    r"(?i:conv2d)\(.*expected scalar type Bool .*\| \"slow_conv2d_cpu\" not implemented for 'Bool'",
    r"register_hook\([^\n]*\n[^\n]*(Output \d of \w+ is a view |A view was created in no_grad)[^\n]*\| None",
    r"Mismatch in shape: grad_output\[\d\][^|]*\| Mismatch in shape: grad_output\[\d\]",
    r"\.nodes: [^|]*'AsStridedBackward0'.*'IndexAddBackward0'.*\| ",
    r"(floor_divide\(|//)[^\n]*\n\S*\.edges: \[[^\n]*\] \| \[[^\n]*\[None, 0\][^\n]*\]$",
    r"\A# look: end(?s:.*)out=(\w+)\)(?s:.*)\n\.state\.variables\.\1\.offset: 0 \| \d+$",
    r"Mismatch in shape: grad_output[^\n]*\| (Boolean value of Tensor|The size of tensor)",
    r"_cpu\\?\" not implemented for 'Float' \| [^\n]* not implemented for 'Half'",
    r"\| [^\n]*Low precision dtypes not supported",
    r"\| [^\n]*Autograd not support dtype",
    r"try:\n[^\n]*clamp\(.*does not have a grad_fn'\] \| None",
    r"index out of range in self \| INDICES element is out of DATA bounds",
    r"INDICES element is out of DATA bounds[^\n]* \| index_select\(\): self indexing axis dim",
    r"\] = .*None \| [^\n]*value cannot be converted to type \w+ without overflow",
    r"F\.(tanh|sigmoid)\(.* object has no attribute '(tanh|sigmoid)'",
    r"\| index_add_\(\): Indexing dim",
    r"\.warnings: [^\n]* \| [^\n]*was resized[^\n]*was resized",
    r"(sum|mean|prod)\([^\n]*out=\w+\).*'unsupported operation: (some|more than one) element.*\| None",
    r"einsum\(.*\.stride\[",
    r"\.grad\.text: .*<CopyBackwards>.*<CloneBackward0>",
    r"load\(.*(Ran out of input|Weights only load failed)",
    r"\"batch_norm\\?\" not implemented for [^\n]*\| mean\(\): could not infer",
    r"\.error\[1\]: [^\n]*which is output 0 of \w+, (is at [^\n]*) \| [^\n]*which is output 0 of AsStrided, \1$",
    r"log\(\w+\.stride\(\).*\.log\[0\]\[0\]\[\d+\]: \d+ \| \d+$",  # of what the state has shown
    r"\._version\)\n\.log\[0\]\[1\]: 0 \| 1$",
    r"(from_numpy|as_tensor)\([^\n]*numpy\(.*\.offset: \d+ \| \d+$",
    r"(\.grad|(backward|autograd\.(grad|functional\.\w+))\(.*)\.sign of zero: ",
    r"( @=? |\b(matmul|b?mm|addmm|mv|linear|einsum|outer|dot)_?\().*\.sign of zero: ",
    r"error\[1\]: [^\n]*(same dtype|scalar type|dtypes match)[^\n]*\b[fF]loat\b[^\n]* \| [^\n]*(same dtype|scalar type|dtypes match)[^\n]*\bHalf\b",
    r"(inverse|inv|solve)\(.*error: \['LinAlgError', 'SVD did not converge'\] \| None",
    r"(?i:avg_?pool2d)\(.*\.data: \[[^|.]*\d{16}[^|.]*\| [^|.]*$",
    r"(?i:avg_?pool2d)\(.*error: None \| .*avg_pool2d.* not implemented for",
    r"\] [-+*/]?= [^\n]*# both raise IndexError\n\S*\.data: ",
    r"\b(scatter(_add)?|index_add)_\([^\n]*# both raise \w+\n\S*\.data: ",
    r"out=(\w+)\)[^\n]*\n\.state\.variables\.\1\.offset: 0 \| \d+$",
    r"\b(\w+)\b[^\n]*, out=\1\)\n\.error: None \| [^\n]*doesn't match the broadcast shape",
    r"embedding\([^\n]*\n\.error\[0\]: IndexError \| RuntimeError\n[^\n]*self indexing axis dim should",
    r"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ",
    r"addmm_\([^\n]*\n\.error: [^\n]*unsupported operation: some elements[^\n]*\| None",
    r"\A# look: end(?s:.*)\b(\w+)\.(lt|le|gt|ge|eq|ne|fill)_\((?s:.*)\1\.grad_fn[^\n]*\n\.log\S*: None \| <\w+ object",
)
"""What docs/limits.md lists under "The same names, another behaviour", as it shows in a difference."""
LISTED_OF_PROGRAM = (
    (
        r"\.grad\b|grad\(|functional\.|inference_mode|hook\(",
        r"(one of the [^\n]*) at version \d+; expected version \d+ ([^\n]*) \| \1 at version \d+; expected version \d+ \2",
    ),
    (r"no_grad", r"_sym_strides: \[\] \| \["),
    (r"inference_mode", r"Can't detach views.*\| None$"),
    (
        r"(sum|mean|prod)\((\w+), [^\n]*out=\2\)",
        r"\.data: [^|]* \| \[?0\.0\b|\.log\S*: [^|]* \| (0\.0|tensor\(0\.\))$",
    ),
    (
        r"\A# look: end(?s:.*)\[[^\n]*(\[|tensor\(|argmax\(|randperm\(|True|[<>=] )[^\n]*\]",
        r"\n\.state\.variables\S*\.stride\[",
    ),
    (r"(gelu|GELU)\(", r"\.data: .*\binf\b.*\| .*\bnan\b"),
    (
        r"saved_tensors_hooks\(",
        r"error\[0\]: IndexError \| RuntimeError\n.*: index \d+ is out of|\| .*(Target \d+ is out of|only supports boolean masks)",
    ),
    (r"register_hook\(lambda g: [\w.]+\)", r": tensor .*\| \{'is': |\.(requires_grad|grad_fn): "),
    (
        r"register_hook\(lambda g: [\w.]+\)",
        r"\.text: .*\| .*(grad_fn=<\w+>|requires_grad=True)\)'$",
    ),
    (
        r"smooth_l1_loss\(|SmoothL1Loss",
        r"with a bool tensor is not supported.*\| (None|one of the variables|expected Variable)",
    ),
    (r"backward\((?!retain|create|inputs)\w", r"AsStridedBackward0"),
    (
        r"\b(a(rc)?tan2_?|det|trace|take|masked_select|norm|clamp_?)\((?s:.*)"
        r"(create_graph=True|grad_fn\()",
        r"\.ranks",
    ),
    (
        r"(a(rc)?tan2|addcdiv|index_add_?|as_strided|norm|solve|take)\((?s:.*)(create_graph=True|grad_fn\()",
        r"\.(nodes|ranks)",
    ),
    (
        r"\bdet\((?s:.*)create_graph=True",
        r"(\.grad_fn|\.text): [^|]*\| [^|]*\bLinalgSolveExBackward0\b",
    ),
    (
        r"\b(cumprod|batch_norm|layer_norm|index_add)\((?s:.*)(create_graph=True|grad_fn\()",
        r"\.text: [^|]*grad_fn=[^|]*\| [^|]*grad_fn=",
    ),
    (r"float16|half\(", r"(?i:binary_cross\w*|bce\w*)\(.*\.data: \[-?\d[^|]*\| [^|]*\binf\b"),
    (
        r"(expand|broadcast_to)\((?s:.*)(uniform|normal|random|xavier\w*|kaiming\w*)_\(",
        r"\brand\w*\((?s:.*)\n\S*\.data: ",
    ),
    (
        r"\btrace\((?s:.*)(create_graph=True|grad_fn\()",
        r"\.grad_fn: WhereBackward0 \| ViewBackward0$|\.text: [^|]*<WhereBackward0>[^|]*\| [^|]*<ViewBackward0>",
    ),
    (r"detach_\(", r"\.log: \[\[\"'hook'\".*\| None$"),
    (r"cumprod\(", r"\bSumBackward1\b.*\bCopySlices\b"),
    (r"cross_entropy\(|CrossEntropyLoss", r"'?DivBackward1'? \| '?NegBackward0'?$"),
    (r"(conv2d|Conv2d)\((?s:.*)(create_graph=True|grad_fn\()", r"\.(nodes|ranks|text)"),
    (r"(conv2d|Conv2d)\((?s:.*)grad_fn\(", r"\.log\S*: .* \| .*<ConvolutionBackwardBackward0>"),
    (r"float64(?s:.*)\] = (?s:.*)create_graph=True", r"\.ranks\[\d+\]: \d+ \| \d+$"),
    (
        r"(max_pool2d|MaxPool2d|avg_pool2d)\((?s:.*)(create_graph=True|grad_fn\()",
        r"\._saved_(self|ceil_mode): ",
    ),
    (
        r"(batch_norm|BatchNorm\dd|[cC]onv2d)\((?s:.*)grad_fn\(",
        r"\.(requires_grad: False \| True|output_nr: 0 \| \d)$",
    ),
    (
        r"(no_grad|inference_mode|set_grad_enabled\(False)(?s:.*)(//|%|floor_divide\()",
        r"\.edges: \[[^\n]*\] \| \[[^\n]*\[None, 0\][^\n]*\]$|\| [^|]*derivative for aten::floor_divide",
    ),
    (r"SGD\(\[(\w+), \1\].*momentum", r"\bstep\(.*\.(data|log\S*): "),
    (r"\.data = ", r"\._saved_\w+: tensor .*\| raises RuntimeError: one of the variables"),
    (
        r"\bclamp\(",
        r"(None|backward through the graph a second[^|]*) \| .*doesn't match the broadcast shape",
    ),
    (
        r"[nN]orm\w*\((?s:.*)(inverse|inv|solve)\(",
        r"_LinAlgError'.* \| None|None \| .*_LinAlgError|error\[0\]: (_LinAlgError \||\w+ \| _LinAlgError)",
    ),
    (r"inference_mode", r"\.version: raises RuntimeError: Inference tensors do not.*\| 0$"),
    (
        r"uint8|byte\(",
        r"([<>=]=? -|\b(eq|ne|lt|le|gt|ge|(not_|greater_|less_)equal|greater|less)_?\((\w+, )?-).*\.data: ",
    ),
    (r"inference_mode\((?s:.*)\.data = ", r"raises RuntimeError: Inference tensors do not track"),
    (
        r"fill_\(|\] = ",
        r"does not require grad .* \| grad can be implicitly created only for (real|scalar)",
    ),
    (r"\b((cum)?prod\(|cumsum\(.*dtype)(?s:.*)create_graph=True", r"\.(nodes|ranks)"),
    (r"autograd\.(grad|functional)", r"\.base: \w+ \| None$"),
    (
        r"\b(max|min|amax|amin|median|topk)\(",
        r"a(rc)?tan2\(.*\.data: [^|]*(3\.14|\b0\.0)[^|]*\| [^|]*(3\.14|\b0\.0)",
    ),
    (
        r"(?i)(?s)\A(?=.*(float64|double))(?=.*mse_?loss\(.*create_graph=True)",
        r"backward\(.*\.grad\.data: \[(-?\d+\.\d{1,6})[^|]*\| \[\1",
    ),
    (
        r"cumsum\([^\n]*dtype(?s:.*)grad_fn\(",
        r"\.dtype: |\.text: [^|]*dtype=torch\.float64[^|]*\| ",
    ),
    (
        r"(retain_grad|register_hook)\((?s:.*)\b(t|transpose|swapaxes|swapdims|unsqueeze)_\(",
        r"(\.grad|\.log\S*)\.(shape|text|stride)\b",
    ),
    (r"autograd\.functional", r"\._version\)[^|]*\n\.log\[0\]\[1\]: \d+ \| \d+$"),
    (r"\btake\((?s:.*)create_graph=True", r"\.base: None \| \w+$"),
    (r"\b(mv|embedding)\(", r"\| Dimension specified as 0 but tensor has no dimensions"),
    (r"functional\.(hessian|vhp|hvp)\([^\n]*\.prod\(", r"\.data: [^|]*\bnan\b[^|]*\| "),
    (r"\.prod\((?s:.*)create_graph=True", r"\.data: [^|]*\bnan\b[^|]*\| "),
    (
        r"(?i)\b(elu|gelu|softplus|logsigmoid|smooth_?l1_?loss|bce\w*|binary_cross\w*)\((?s:.*)(create_graph=True|grad_fn\()",
        r"\.(nodes|ranks|text)|\.log(\[\d+\](\[[01]\])?)?: |\.grad_fn: ",
    ),
    (r"saved_tensors_hooks", r"\._saved_\w+\.is: None \| \w+$"),
    (r"(no_|enabled\(F)(?s:.*)saved_tensors_hooks", r"\._saved_\w+\.requires_grad: False \| True$"),
    (
        r"hook\([^\n]*\.is_leaf",
        r"(\.backward\((?!retain|create|inputs)[\w+(-]|autograd\.grad\(\w+, \w+, (?!retain|create|allow)[\w+(-])[^\n]*\n\.log\S*: True \| False$",
    ),
    (r"(?i)smooth_?l1_?loss(?s:.*)grad_fn\(", r"\.dtype: torch\.float64 \| torch\.float(32|16)$"),
    (r"hook\(\w+\.append\)", r": tensor .*\| \{'is': "),
    (r"register_hook\(lambda g: g\.\w+\(", r"autograd\.grad\(.*: \{'is': '\w+'\} \| tensor "),
    (r"(?s)\A(?=.*(float16|half\())(?=.*(batch_norm|BatchNorm))", r"\.running_(mean|var)\.data: "),
    (r"\.(std|var)\((?s:.*)create_graph=True", r"\._saved_(other|self)\.dtype: "),
    (r"detach_\(", r"\.(error(\[1\])?|log\S*): [^\n]* \| [^\n]*has been detached in-place"),
    (
        r"\b(\w+)\.backward\(\1(\.detach\(\))?\)",
        r"\.error: None \| [^\n]*modified by an inplace operation",
    ),
    (r"def \w+\(.*\n(?s:.*)( @ |matmul\()", r"\._saved_\w+\.sign of zero: "),
    (r"with_logits\(|WithLogitsLoss", r"_saved_target: None"),
    (
        r"(logsigmoid|cumprod)\((?s:.*)(\.data(\[| [-+*/]?= |\.\w+_\()|numpy\()",
        r"\.grad\.data: |autograd\.grad\(.*\.data: ",
    ),
    (r"cumprod_?\(", r"\.grad\.data: .*\bnan\b"),
    (r"numpy\(\)", r"'unsupported operation: some elements.*\| None"),
    (r"expand|create_graph=True|broadcast_to|meshgrid", r"\.median\([^)].*\.(data|log\S*): "),
    (
        r"\b(t|transpose|permute|movedim|swapaxes)\(|\.m?T\b",
        r"(unsqueeze\(|\[[^\n]*None)[^\n]*\n\.state\.variables\.\w+\.stride\[",
    ),
    (r"addc(div|mul)\(", r"(_sym_strides|\.stride)\["),
    (r"inference_mode", r"<(Clone|Sort)Backward0>.*<CopyBackwards>"),
    (r"float16|half\(", r"(?i:mse_?loss)\(.*\.data: \[-?\d[^|]*\| \[inf\]$"),
    (r"\b(sgn_?|maximum|minimum)\((?s:.*)grad_fn\(", r"\.stride\["),
    (r"inference_mode", r"\._version\)[^|]*\n\.log\[0\]\[1\]: 0 \| [12]$"),
    (r"(float16|half\()(?s:.*) % ", r"\.log\S*: [^|]*dtype=torch\.float16[^|]* \| "),
    (r"(batch|layer)_norm\(", r"dropout\([^\n]*\n\S*\.sign of zero: "),
    (r"autograd\.grad\(", r"error: None \| [^\n]*A view was created in no_grad mode"),
    (
        r"unsqueeze_\(",
        r"error\[1\]: [^\n]*Tensor \[\]\], which is [^\n]* \| [^\n]*Tensor \[1\]\], which is ",
    ),
    (r"retain_grad\(", r"error: None \| [^\n]*variable\.cpp\"[^\n]*please report a bug"),
    (r"inference_mode", r"\.name: CloneBackward0 \| torch::autograd::CopyBackwards$"),
    (
        r"(?s)\A(?=.*(\b(t|transpose|permute|movedim|swapaxes)\(|\.m?T\b))(?=.*(unsqueeze\(|None\]))",
        r"at statement \d+: (\w+) = [^\n]*\n\.state\.variables\.\1\.stride\[",
    ),
    (r"layer_norm\(", r"_saved_result2\.data: .*\| \[nan"),
    (r"hvp\(", r"\.(data|log\S*): (.*\binf\b.*\| .*\bnan\b|.*\bnan\b.*\| )"),
    (r"\(0[,)]|\[\]", r"gradcheck\([^\n]*\n\.error: None \| "),
    (r"fill_\(|\] = ", r"isDifferentiableType\(grad"),
    (r"\blerp_?\(", r"with a bool tensor is not supported[^|]*\| [^|]*with two bool tensors"),
    (
        r"copy_\((?s:.*)create_graph=True",
        r"\.nodes\[\d+\]\.name: ToCopyBackward0 \| ViewBackward0$",
    ),
    (
        r"\b(\w+) = [^\n]*(expand|broadcast_to)\w*\((?s:.*)\b\1\[[^\n]*\] [-+*/]?= ",
        r"\] [-+*/]?= [^\n]*\n\.state\.variables\.\w+\.data: ",
    ),
    (r"\b0\)|\[\]", r"storage_offset\(\)\)\n\.log\[0\]\[0\]: 0 \| \d+$"),
    (r"\binf\b(?s:.*)(gelu|GELU)\(", r"\.data: [^|]*\b(True|False)\b[^|]*\| "),
    (
        r"\.data = ",
        r"(backward|grad)\([^\n]*\n\.warnings: None \| [^\n]*was resized since it had shape",
    ),
    (
        r"register_hook\(lambda g: g\.detach\(\)\)",
        r"autograd\.grad\([^\n]*\n[^\n]*\.text: '[^|]*grad_fn=[^|]*\| ",
    ),
    (
        r"tensor\(\[\]",
        r"\] = [^\n]*\n\.error: [^\n]*unsupported operation: some elements[^\n]*\| None",
    ),
    (r"(expand|broadcast_to)\([^\n]*\.median\([^)]", r"\.(data|log\S*): "),
    (r"inference_mode", r"\.version: (0 \| [12]|1 \| [23]|2 \| [34]|3 \| 4)$"),
    (r"\.data = ", r"error: \['ValueError', 'strides is incompatible with shape"),
    (
        r"\.data = ",
        r"(backward|grad)\(.*\.error: None \| [^\n]*(doesn't match the broadcast shape|must match the size of)",
    ),
    (r"detach_\(", r"error\[1\]: one of the variables needed.* \| one of the variables needed"),
    (r"detach_\(", r"\._saved_\w+\.(requires_grad|is): |\.edges\[\d+\]\[0\]: \d+ \| None$"),
    (r"(?i)smooth_?l1_?loss\((?s:.*)create_graph=True", r"\.data: .* \| [^|]*\b0\.0\b[^|]*$"),
    (
        r"inference_mode(?s:.*)detach_\(",
        r"\.error: [^\n]*element 0 of tensors does not require grad[^|]*\| None|\.text: [^|]* \| [^|]*(requires_grad=True|grad_fn=<\w+>)\)'$",
    ),
    (r"inference_mode(?s:.*)(detach\(|\.data\b)", r"'Inplace update to inference tensor.*\| None$"),
    (
        r"inference_mode\((?s:.*)requires_grad=True",
        r"error(\[1\])?: (None|Inference tensors cannot be saved[^|]*) \| .*element 0 of tensors does not",
    ),
    (r"sgn_?\(|l1_loss\(|L1Loss", r"\.data: .*\bnan\b.*\| "),
    (r"addcmul\((?s:.*)create_graph=True", r"\._saved_\w+\.dtype: torch\.float32 \| torch\.int64$"),
    (r"mark_non_differentiable\(", r"error: None \| .*mark_non_differentiable only accepts"),
    (
        r"addcdiv_?\(",
        r"error(\[1\])?: (None|one of the variables [^\n]*|Tensor post acc[^\n]*) \| .*can't be cast to the desired output type",
    ),
    (r"rounding_mode(?s:.*)grad_fn\(", r"\.text: .*dtype"),
    (
        r"\b(lt|le|gt|ge|eq|ne)_\(|fill_\(|\] = ",
        r"Expected gradient function to be set|can't retain_grad|\.log\S*: False \| True"
        r"|a hook on a tensor that doesn't require gradient.* \| None$",
    ),
    (
        r"(\b(lt|le|gt|ge|eq|ne|fill|masked_fill)_\(|\] = )(?s:.*)grad_fn\b",
        r"'NoneType' object (is not callable|has no attribute '\w+')\"\] \| None$",
    ),
    (r"\b(lt|le|gt|ge|eq|ne)_\((?s:.*)grad_fn\(", r"\.data: \[(0\.0(, )?)+\] \| \[(0\.0(, )?)+\]$"),
    (
        r"register_hook\(lambda g: [\w.]+\)",
        r"One of the differentiated Tensors does not require grad.* \| None$",
    ),
    (r"hook\((\w+)\.append\)", r"\n\.state\.variables\.\w+\[\d+\]\.stride\["),
    (
        r"\bexpand\w*\((?s:.*)(\b(permute|transpose|movedim|swapaxes|swapdims|t)\(|\.m?T\b)",
        r"\n\.state\.variables\.\w+\.stride\[",
    ),
    (r"\b(max|min|amax|amin|median|topk)\(", r"\.apply\(.*\.sign of zero: "),
    (r"float16|half\(", r"\*\* 0\.5.*\.sign of zero: "),
    (r"float16|half\(", r"(/|\bdiv\w*\().*\.data: [^|]*(\b0\.0|\binf)\b[^|]*\| [^|]*e-"),
    (
        r"backward\((gradient=\(?(?=\w)|(?!retain|create|inputs|grad))\w+[,).]|autograd\.grad\(\w+, \w+, (?!retain|create|allow)[(\w]",
        r"\.version: \d+ \| \d+$",
    ),
    (r"float16|half\(", r"(?i:log_?sigmoid)\(.*\.sign of zero: "),
    (
        r"(no_grad|set_grad_enabled\(False)(?s:.*)get_gradient_edge\(",
        r"Expected gradient function to be set",
    ),
    (
        r"(\b(exp|expm1|reciprocal|relu|rsqrt|sigmoid|sqrt|tan|tanh)_\(|inplace=True)(?s:.*)create_graph=True",
        r"\.(nodes|ranks): [^|]*\bCopySlices\b",
    ),
    (
        r"addcdiv_?\((?s:.*)create_graph=True",
        r"_saved_self\.dtype: torch\.int64 \| torch\.float\d+$",
    ),
    (
        r"inference_mode(?s:.*)requires_grad(_\(|=True)",
        r"\.text: '(tensor\([^|]*),[\\n\s]*grad_fn=<\w+>\)' \| '\1\)'$",
    ),
    (
        r"register_hook\(lambda g: [\w.]+\)",
        r"error: \['RuntimeError', 'element 0 of tensors does not require grad[^|]*\| None$",
    ),
    (r"masked_fill_?\((?s:.*)grad_fn\(", r"\._saved_self_sym_sizes: \[.*\] \| \[0\]$"),
    (r"create_graph=True|grad_fn\(|\bsgn_?\(", r"ZeroTensors are immutable"),
    (r"requires_grad(_\(| = )False", r"leaf variable has been moved into the graph interior"),
    (
        r"create_graph=True|grad_fn\(",
        r": \[torch\.(\w+) \[\]\], which is output 0 of \w+, (is at[^\n]*)\n?.* \| [^\n]*: \[torch\.\1 \[\]\], which is output 0 of \w+, \2$",
    ),
    (
        r"(?i)\b(elu|gelu|logsigmoid|smooth_?l1_?loss|bce\w*|binary_cross\w*|layer_?norm|batch_?norm\w*|det|inverse"
        r"|inv|as_strided|norm)\((?s:.*)(create_graph=True|grad_fn\()",
        r"\.error(\[1\])?: [^\n]*modified by an inplace operation: ",
    ),
)
"""The same where an earlier statement tells, too: what is in the program, and in the statement and
the difference."""


LISTED_ANYWHERE = (
    (r"\.data = ", r"\.grad\.shape: "),
    (
        r"(retain_grad\(|inputs=)(?s:.*)\b(t|transpose|swapaxes|swapdims|unsqueeze)_\(",
        r"\.grad\.shape\b|\.grad: None \| tensor",
    ),
    (r"kaiming_\w+_\(", r"\.warnings: .*\| .*Initializing zero-element"),
    (r"masked_fill_?\((?s:.*)create_graph=True", r"\.nodes.* \| .*\bMaskedSelectBackward0"),
    (
        r"(fill|\w)_\(|\] = ",
        r"\.text: '(tensor\((?!.*\d\.|.*\|.*\|)[^'|]*(\d|True|False)[^'|]*)\)' \| '\1,[\\n\s]*grad_fn=<\w+>\)'$",
    ),
    (
        r"(fill|\w)_\(|\] = ",
        r"\.text: '(tensor\(\[\], dtype=torch\.(bool|u?int\d+))\)' \| '\1, grad_fn=<\w+>\)'$",
    ),
    (r"(fill|\w)_\(|\] = ", r"\.log\S*: ([^.|]*)\)([^.|]*) \| \1,\s*grad_fn=<\w+>\)\2$"),
)
"""What is in the program, and in any of the differences at the statement: where what follows from
a difference comes before it."""


FAULTS = {
    "dtype": r"not implemented for|same dtype|dtype to be equal|mixed dtype|expected (scalar type|dtype)"
    r"|bool tensor|Expected a floating point|infer output dtype|used as indices must be|Integer division"
    r"|self \(\w+\) and source|must not be a floating|Index put requires|alpha only supported",
    "result": r"can't be cast",
    "size": r"must match the size|shape mismatch|cannot be multiplied|doesn't match the broadcast"
    r"|The shape of the mask|inconsistent tensor size|expected a matrix|same number of dimensions"
    r"|stack expects|batches of square|must be a matrix|must have at least 2|Given normalized_shape|Given input size"
    r"|is invalid for input of size|but got target size|Mismatch in shape|to be no larger than",
    "number": r"to be greater than 0|without overflow",
    "dimensions": r"must be a \dD tensor|at least three dimensions|does not match the number of dimensions|vector expected, got|expected stride to be",
    "dimension": r"Dimension out of range|at least a 1-dimensional|appears multiple times|out of bounds|out of range",
    "nothing": r"to have non-zero size|Expected reduction dim",
    "division": r"ZeroDivisionError",
    "memory": r"single memory location",
    "graph": r"leaf Variable|A view was created in|Output \d of \w+ is a view",
    "saving": r"Inference tensors cannot be saved",
    "changing": r"Inplace update to inference tensor",
}
"""What may be wrong with a call, by what the complaint says: "Two faults in one call"."""


def are_two_faults(difference: str) -> bool:
    """Whether the two libraries complain of faults of two kinds."""
    ours, _, theirs = difference.partition(" | ")
    kinds = [{k for k, says in FAULTS.items() if re.search(says, each)} for each in (ours, theirs)]
    told = re.search(r"^\.(error\[1\]|log\[\d+\]\[1\]): ", ours)  # or printed by the program
    return bool(told) and all(kinds) and kinds[0] != kinds[1]


def goes_elsewhere(difference: str) -> bool:
    """Whether a gradient goes, in all as much, to other elements: `topk` chose others that are equal."""
    place, *sides = re.split(r": | \| ", difference)
    sums = [sum(map(float, re.findall(r"-?\d+\.\d+(?:e[-+]\d+)?", side))) for side in sides[:2]]
    return bool(re.search(r"\.(grad|log\S*)\.data$", place)) and math.isclose(*sums, rel_tol=1e-4)


def is_listed(found: list[str], source: str) -> bool:
    """Whether docs/limits.md lists the first difference at that statement."""
    text = "\n".join(found[: 3 if ".error[0]" in found[1] else 2])
    if source.startswith("# look: end"):  # the last statement need not be the one that differs
        text = f"{source}\n{text}"
    written = re.match(r"\.state\.variables\.(\w+)(\.grad)?\.data: ", found[1])
    gives = r"\.backward\((?!retain|create|inputs)\w|register_hook\(lambda g: (?!g\b)\w+\)"
    if written and re.search(gives, source):
        # the memory of a gradient that was given has become that of a `.grad`
        counted = re.search(
            rf"\.variables\.{written[1]}\.version: \d+ \| \d+$", "\n".join(found), re.MULTILINE
        )
        given = re.findall(r"(?:\.backward\((?:gradient=)?|lambda g: )(\w+)", source)
        if "backward(" not in found[0] if written[2] else counted or written[1] in given:
            return True
    shown = [(pattern, text) for pattern in LISTED]
    shown += [(then, text) for before, then in LISTED_OF_PROGRAM if re.search(before, source)]
    shown += [
        (then, each)
        for before, then in LISTED_ANYWHERE
        if re.search(before, source)
        for each in found
    ]
    return (
        any(re.search(pattern, within, re.DOTALL) for pattern, within in shown)
        or any(map(are_two_faults, found[1:3]))
        or ("topk(" in source and goes_elsewhere(found[1]))
    )
