"""einsum and square matrices, against PyTorch."""

from __future__ import annotations

import re

import numpy as np
import pytest

from compare import agree

INPUTS = {
    "x": np.array([[0.54, 0.67, 0.58], [0.53, 0.44, 0.62]]),
    "y": np.array([[0.45, 0.81, 0.87], [0.41, 0.73, 0.52]]),
    "z": np.linspace(0.1, 0.9, 12).reshape(2, 2, 3) ** 2,
    "v": np.array([0.3, 0.8, 0.5]),
    "s": np.float64(0.5),
    "f": np.array([-1.5, 0.0, 2.5]),
    "n": np.array([[1.0, np.nan, -2.0], [0.0, np.inf, 3.0]], dtype=np.float32),
    "ties": np.array([[1.0, 3.0, 3.0], [3.0, 0.0, 0.0]], dtype=np.float32),
    "i": np.array([[3, 1, 2], [0, 5, -4]]),
    "b": np.array([[True, False, True], [False, False, True]]),
}

SOURCES = [
    "torch.einsum('ij,kj->ik',x,y)",
    "torch.einsum('i,i->',x[0],y[0])",
    "torch.einsum('i,j->ij',x[0],y[0])",
    "torch.einsum('ij->ji',x)",
    "torch.einsum('ij->',x)",
    "torch.einsum('ij->i',x)",
    "torch.einsum('ii->i',x[:,:2])",
    "torch.einsum('ii',x[:,:2])",
    "torch.einsum('ij,ij->ij',x,y)",
    "torch.einsum('ij,ij->i',x,y)",
    "torch.einsum('bij,bkj->bik',z,z)",
    "torch.einsum('bij,kj->bik',z,x)",
    "torch.einsum('ij,jk',x,y.t())",
    "torch.einsum('i,ij,j->',x[:,0],x,x[0])",
    "torch.einsum('bi,ij,bj->b',x,z[0].t()@z[0],y)",
    "torch.trace(x)",
    "torch.trace(x) ** 2",
    "x.t().trace() ** 2",
    "torch.inverse(x[:,:2])",
    "torch.linalg.inv(x[:,:2])",
    "torch.einsum('ij,jk',x,x)",
    "torch.einsum('ij',x,x)",
    "torch.einsum('ijk',x)",
    "torch.einsum('i',x)",
    "torch.einsum('ij->ijk',x)",
    "torch.einsum('ij->ii',x)",
    "torch.einsum('ij,jk',x)",
    "torch.einsum('i1',x)",
    "torch.einsum('ii',x)",
    "torch.inverse(x)",
    "torch.trace(z)",
    "torch.inverse(torch.zeros(2,2))",
    "torch.einsum('ij,kj->ij',x,y)",
    "torch.einsum('...ij->...ji',z)",
    "torch.einsum('...ij,kj->...ik',z,x)",
    "torch.einsum('... i, i -> ...',z,v)",
    "torch.einsum('...ij,...kj',z,x)",
    "torch.einsum('...ij,...jk->...ik',torch.ones(2,3,4),torch.ones(3,4,5))",
    "torch.einsum('...i,jj...->...',torch.ones(2,3),torch.ones(3,3,4))",
    "torch.einsum('b...,b...->b',z,z)",
    "torch.einsum('i...',z)",
    "torch.einsum('ij...->ij',z)",
    "torch.einsum('...ii->...i',z[...,:2])",
    "torch.einsum('...,...->...',x,s)",
    "torch.einsum('ij->...i',x)",
    "torch.einsum('ij,->ij',x,s)",
    "torch.einsum('ij,jk->ki',x,y.t())",
    "torch.einsum(x,[0,1],y,[2,1],[2,0])",
    "torch.einsum(x,(3,51),y,(2,51))",
    "torch.einsum(x,[27,1])",
    "torch.einsum(z,[...,0,1],x,[2,1],[...,2,0])",
    "torch.einsum(x,[0,52])",
    "torch.einsum(x,[0,-1])",
    "torch.einsum(x,0)",
    "torch.einsum(x)",
    "torch.einsum('ij')",
    "torch.einsum('ij',[])",
    "torch.einsum('ij,kj->ik',[x,y])",
    "torch.einsum(3,x)",
    "torch.einsum('ij,ij',x,[x])",
]

S = "(z[:,:,:2]+torch.eye(2,dtype=z.dtype))"  # two square matrices

SOURCES += [
    "torch.det(x[:,:2])",
    "torch.linalg.det(x[:,:2])",
    "torch.linalg.det(x[:1,:1])",
    f"torch.det({S})",
    f"torch.linalg.inv({S})",
    f"torch.linalg.inv({S}[None])",
    "torch.linalg.inv(torch.stack([torch.eye(2),torch.zeros(2,2)]))",
    "torch.linalg.solve(x[:,:2],y)",
    "torch.linalg.solve(x[:,:2],y[:,0])",
    f"torch.linalg.solve({S},x[:,:2])",
    f"torch.linalg.solve({S},y)",
    f"torch.linalg.solve({S},y.sum())",
    f"torch.linalg.solve({S},y[:,0])",
    f"torch.linalg.solve({S},z[:1])",
    f"torch.linalg.solve({S},torch.ones(3,2,2,dtype=z.dtype))",
    "torch.linalg.solve(x[:,:2],y.t())",
    "torch.det(x)",
    # singular matrices: the second derivative of the determinant is there too
    "torch.det(x[0,:2].outer(x[0,1:]))",
    "torch.det(x[0].outer(v))",
    "torch.det(x.t()@x)",
    "torch.det(torch.stack([x[0].outer(v),torch.diag(v)]))",
    "torch.det(x[:,:2]-x[:,:2].detach()+1)",
    "torch.det(torch.zeros(0,0))",
    "torch.linalg.solve(x[:,:2],torch.ones(3))",
    "torch.linalg.solve(torch.zeros(2,2),torch.ones(2))",
    "torch.linalg.solve(torch.stack([torch.eye(2),torch.zeros(2,2)]),torch.ones(2,2))",
    "torch.det(torch.ones(2,2).long())",
]


@pytest.mark.parametrize("source", SOURCES)
def test_like_pytorch(source: str) -> None:
    given = {name: value for name, value in INPUTS.items() if name in _names(source)}
    agree(source, saved=not re.search("solve|det", source), **given)  # their LU is left out


def _names(source: str) -> set[str]:
    return set(compile(source, "<source>", "eval").co_names)
