"""Making tensors: the dtypes that are inferred, the numbers, the complaints, as PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

from compare import agree

X = np.array([1.0, 2.0], np.float32)
Y = np.array(3.0, np.float32)

TENSOR = """
torch.tensor(1)
torch.tensor(True)
torch.tensor(1.5)
torch.tensor([])
torch.tensor([[]])
torch.tensor([[],[]])
torch.tensor([1,2.])
torch.tensor([True,2])
torch.tensor([[1, 2], torch.tensor([3.5, 4.0], requires_grad=True)])
torch.tensor([[1, 2], torch.tensor([3])])
torch.tensor([[1, 2], torch.tensor(3)])
torch.tensor([True,2.])
torch.tensor([1,y])
torch.tensor([y,y])
torch.tensor([y,torch.tensor(1)])
torch.tensor([torch.tensor(1,dtype=torch.int32),2])
torch.tensor([torch.tensor(1.,dtype=torch.float64),2])
torch.tensor([torch.tensor(1.,dtype=torch.float64),2.0])
torch.tensor([2., torch.tensor(1.,dtype=torch.float64)])
torch.tensor([torch.tensor(1,dtype=torch.int8),True])
torch.tensor([x,x])
torch.tensor([x])
torch.tensor([torch.tensor([1.])])
torch.tensor([torch.tensor([[1.]])])
torch.tensor([torch.tensor([1.]),torch.tensor([2.])])
torch.tensor([y, [1]])
torch.tensor(x)
torch.tensor(y)
torch.tensor(x, dtype=torch.float64)
torch.tensor(x.double())
torch.tensor([[1.],[2.,3.]])
torch.tensor([[1,2],3])
torch.tensor([1,[2,3]])
torch.tensor([[1,2],[3,[4]]])
torch.tensor([[1,2],[]])
torch.tensor([[],[1]])
torch.tensor('a')
torch.tensor(['a'])
torch.tensor([1,'a'])
torch.tensor(None)
torch.tensor([None])
torch.tensor([1,None])
torch.tensor({})
torch.tensor({1})
torch.tensor([{}])
torch.tensor(object())
torch.tensor([object()])
torch.tensor(range(3))
torch.tensor((1,2))
torch.tensor([(1,2),[3,4]])
torch.tensor(np.array([1,2]))
torch.tensor(np.array([1.,2]))
torch.tensor(np.float64(1))
torch.tensor(np.float32(1))
torch.tensor(np.int32(1))
torch.tensor(np.int64(1))
torch.tensor(np.bool_(True))
torch.tensor([np.float64(1)])
torch.tensor([np.float32(1)])
torch.tensor([np.float32(1), 2])
torch.tensor([np.int32(1)])
torch.tensor([np.int8(1), 2])
torch.tensor([np.bool_(True)])
torch.tensor([np.float32(1), 2.0])
torch.tensor([np.array([1.,2])])
torch.tensor([np.array(1.)])
torch.tensor(np.array(1.))
torch.tensor(np.array([1], dtype='>i4'))
torch.tensor(np.array([1,2])[::-1])
torch.tensor(2**63)
torch.tensor(2**63-1)
torch.tensor(-2**63)
torch.tensor(2**64)
torch.tensor([2**63])
torch.tensor([2**64])
torch.tensor(2**64, dtype=torch.float32)
torch.tensor(2**63, dtype=torch.float64)
torch.tensor(300, dtype=torch.uint8)
torch.tensor(-1, dtype=torch.uint8)
torch.tensor(200, dtype=torch.int8)
torch.tensor([300], dtype=torch.uint8)
torch.tensor([70000], dtype=torch.int16)
torch.tensor(2**40, dtype=torch.int32)
torch.tensor(1.5, dtype=torch.int64)
torch.tensor([1.5], dtype=torch.int64)
torch.tensor(300.7, dtype=torch.uint8)
torch.tensor(-1.7, dtype=torch.uint8)
torch.tensor([float('nan')], dtype=torch.int64)
torch.tensor(float('inf'), dtype=torch.int64)
torch.tensor(1e300)
torch.tensor(1e300, dtype=torch.float32)
torch.tensor(70000., dtype=torch.float16)
torch.tensor([1, 2], dtype=torch.bool)
torch.tensor([0.5, 0.], dtype=torch.bool)
torch.tensor([1,2], requires_grad=True)
torch.tensor([1.,2], requires_grad=True)
torch.tensor([1,2], dtype=torch.float, requires_grad=True)
torch.tensor([1,2], dtype=float)
torch.tensor([1,2.], dtype=int)
torch.tensor([1,2.], dtype=bool)
torch.tensor([1,2.], dtype='float32')
torch.tensor([1,2.], dtype=np.float32)
torch.tensor([1,2.], dtype=3)
torch.tensor([1], device='cpu')
torch.tensor([1], device='cuda')
torch.tensor([1], device='cuda:0')
torch.tensor([1], device=0)
torch.tensor([1], device='foo')
torch.tensor([1], device=torch.device('cpu'))
torch.tensor(1,2)
torch.tensor(1,foo=3)
torch.tensor(data=3)
torch.tensor([1.], requires_grad=1)
torch.tensor([1.], requires_grad='a')
torch.tensor([1.], requires_grad=None)
torch.tensor((x*1).requires_grad_())
torch.tensor(x.clone().requires_grad_(), requires_grad=True)
torch.tensor([y.clone().requires_grad_()])
torch.tensor(iter([1]))
torch.tensor(i for i in [1])
torch.tensor([True, np.float32(2)])
torch.tensor([1, np.float32(2)])
torch.tensor(b'a')
torch.tensor([[y,y],[y,y]])
torch.tensor([['a']])
torch.tensor([[1],['a']])
torch.tensor([1, [2]])
torch.tensor([[1], 2])
torch.tensor(torch.Size([2,3]))
torch.tensor(float)
torch.tensor([True,[True]])
torch.tensor('a', dtype=torch.float32)
torch.tensor(['a'], dtype=torch.float32)
torch.tensor([1,'a'], dtype=torch.float32)
torch.tensor([1,'a'], dtype=torch.int64)
torch.tensor([1,'a'], dtype=torch.bool)
torch.tensor(None, dtype=torch.float32)
torch.tensor([None], dtype=torch.int64)
torch.tensor(-255, dtype=torch.uint8)
torch.tensor(-256, dtype=torch.uint8)
torch.tensor(-129, dtype=torch.int8)
torch.tensor([1, np.array(1.)])
torch.tensor(2.9e9, dtype=torch.int32)
torch.tensor(10**400, dtype=torch.float32)
"""

LEGACY = """
torch.Tensor(2,3).shape
torch.Tensor([1,2])
torch.Tensor((1,2))
torch.Tensor()
torch.Tensor(3).shape
torch.Tensor(3.)
torch.Tensor(True)
torch.Tensor('a')
torch.Tensor([[1],[2,3]])
torch.Tensor(np.array([1,2]))
torch.Tensor(np.array([1.,2]))
torch.Tensor(np.int64(2)).shape
torch.Tensor(torch.Size([2,1])).shape
torch.Tensor(torch.tensor([1.,2]))
torch.Tensor(torch.tensor([1,2]))
torch.Tensor(torch.tensor(2))
torch.Tensor(-1)
torch.Tensor([1], dtype=torch.float32)
torch.Tensor([1], device='cpu')
torch.Tensor([1], requires_grad=True)
torch.Tensor(None)
torch.Tensor([True])
torch.Tensor(range(3))
torch.FloatTensor([2])
torch.FloatTensor(2,3).shape
torch.FloatTensor.dtype
torch.LongTensor([1.5])
torch.LongTensor(torch.tensor([1.5]))
torch.LongTensor(np.array([1,2]))
torch.DoubleTensor([1])
torch.ByteTensor([1])
torch.ByteTensor([300])
torch.IntTensor([1])
torch.BoolTensor([1,0])
torch.HalfTensor([1])
torch.ShortTensor([1])
torch.CharTensor([1])
torch.FloatTensor(3.)
isinstance(torch.tensor(1.), torch.FloatTensor)
isinstance(torch.tensor(1), torch.FloatTensor)
torch.FloatTensor([1], requires_grad=True)
torch.FloatTensor(np.array([1,2]))
torch.FloatTensor(np.array([1.,2]))
torch.FloatTensor(torch.tensor([1.,2]))
"""

DEVICES_AND_QUESTIONS = """
torch.device('cpu')
torch.device('cpu', 0)
torch.device('cpu:0')
torch.device('cuda')
torch.device('cuda:1')
torch.device('foo')
torch.device(0)
torch.device('cpu:a')
torch.device('cpu:-1')
torch.device(torch.device('cpu'))
torch.device(type='cpu')
torch.device(type='cpu', index=0)
torch.device('cpu') == 'cpu'
torch.device('cpu') == torch.device('cpu:0')
torch.device('cpu').type
torch.device('cpu').index
str(torch.device('cpu:0'))
hash(torch.device('cpu')) == hash(torch.device('cpu'))
torch.tensor(1.).device
torch.tensor(1.).cpu()
torch.tensor(1.).cuda()
torch.tensor(1.).type()
torch.tensor(1).type(torch.float32)
torch.tensor(1).type('torch.FloatTensor')
torch.tensor(1).type(torch.FloatTensor)
torch.tensor(1).type('foo')
torch.tensor(1.).is_cuda
torch.tensor(1.).is_sparse
torch.cuda.is_available()
torch.cuda.device_count()
torch.is_tensor(3)
torch.is_tensor(torch.tensor(1))
torch.numel(torch.tensor([1]))
torch.numel(3)
torch.result_type(torch.tensor([1]), 1.)
torch.result_type(1, 1.)
torch.result_type('a', 1.)
torch.result_type(torch.tensor(1.), torch.tensor([1]))
torch.is_floating_point(torch.tensor(1.))
torch.is_floating_point(3)
torch.set_default_device('cpu'), torch.set_default_device(None)
torch.is_complex(torch.tensor(1.))
torch.cuda.manual_seed(3)
torch.cuda.manual_seed_all(3)
torch.set_default_tensor_type('torch.FloatTensor')
"""

FILLED = """
torch.zeros(2,3)
torch.zeros((2,3))
torch.zeros([2,3])
torch.zeros(())
torch.zeros(2, dtype=torch.int64)
torch.zeros(size=(2,))
torch.zeros()
torch.zeros(2.)
torch.zeros(2, 3.)
torch.zeros((2, 3.))
torch.zeros('a')
torch.zeros(-1)
torch.zeros((2, -3), dtype=torch.int64)
torch.ones(1).new_zeros(-1)
torch.ones(-1)
torch.full((-1,), 2.)
torch.empty(-1)
torch.rand(-1)
torch.randn(-1)
torch.randint(3, (-1,))
torch.rand(2.)
torch.randn('a')
torch.zeros(torch.tensor(2))
torch.zeros(torch.tensor([2]))
torch.zeros(torch.tensor(2.))
torch.zeros(np.int64(2))
torch.zeros(2, dtype='a')
torch.zeros(2, dtype=float)
torch.zeros(2, requires_grad=True)
torch.zeros(2, dtype=torch.int64, requires_grad=True)
torch.zeros(2, requires_grad=1)
torch.zeros(2, foo=1)
torch.zeros(2, device='cuda')
torch.zeros(2, device='cpu')
torch.zeros(3, out=torch.ones(3))
torch.ones(3, out=torch.ones(2, 2, dtype=torch.int)).dtype
torch.eye(2, out=torch.ones(4, dtype=torch.uint8)), torch.linspace(0, 3, 4, out=torch.ones(4, dtype=torch.long))
torch.rand(3, out=torch.ones(3, dtype=torch.float64)), torch.full((2,), 2.0, out=torch.ones(2, dtype=torch.long))
torch.arange(3., out=torch.ones(3, dtype=torch.long)), torch.randn(2, out=torch.ones(2, dtype=torch.float64))
torch.sum(torch.full((3,), 0.1), 0, out=torch.ones((), dtype=torch.float64)).item()
torch.cumsum(torch.full((3,), 1.7), 0, out=torch.ones(3, dtype=torch.long)), torch.softmax(torch.ones(2), 0, dtype=torch.float64, out=torch.ones(2, dtype=torch.float64))
torch.ones(2,3)
torch.full((2,), 1)
torch.full((2,), 1.)
torch.full((2,), True)
torch.full((2,), 1e39)
torch.full((2,), 1e39, dtype=torch.float64)
torch.full((2,), 65505, dtype=torch.float16)
torch.full((2,), float('-inf'), dtype=torch.float16)
torch.full_like(torch.ones(2), -1e39)
torch.ones(2).fill_(1e39)
torch.full((), 0.5)
torch.full(2, 1.)
torch.full([2], 1., dtype=torch.int64)
torch.full((2,), torch.tensor(3.))
torch.full((2,), torch.tensor([3.,1]))
torch.full((2,), 'a')
torch.full((2,), fill_value=2)
torch.full(size=(2,), fill_value=2)
torch.full((2,), 300, dtype=torch.uint8)
torch.full((2,), 1, requires_grad=True)
torch.full((2,), 1., requires_grad=True)
torch.empty(2).dtype
torch.empty((2,)).shape
torch.get_default_dtype()
torch.zeros(2., 3)
torch.zeros((2., 3))
torch.zeros([[2]])
torch.zeros((2,), 3)
torch.zeros(2, True)
"""

PATTERNS = """
torch.eye(2)
torch.eye(2,3)
torch.eye(0)
torch.eye(2.)
torch.eye(2, dtype=torch.int64)
torch.eye(n=2, m=3)
torch.eye(-1)
torch.eye(2, -3)
torch.arange(4)
torch.arange(4.)
torch.arange(1,4)
torch.arange(1,4,2)
torch.arange(1,4,0.5)
torch.arange(0, 1, 0.1)
torch.arange(4, 1, -1)
torch.arange(0,3,-1)
torch.arange(3,0)
torch.arange(0,3,0)
torch.arange(3, dtype=torch.float64)
torch.arange(3., dtype=torch.int64)
torch.arange(0.5, 3.7, dtype=torch.int64)
torch.arange(start=1, end=3)
torch.arange(end=3)
torch.arange(1, end=3)
torch.arange(1, 3, step=1)
torch.arange(True)
torch.arange(3, requires_grad=True)
torch.arange(3., requires_grad=True)
torch.arange('a')
torch.arange()
torch.arange(1,2,3,4)
torch.arange(torch.tensor(3))
torch.arange(torch.tensor(3.))
torch.arange(0)
torch.arange(2**40, 2**40+2)
torch.arange(0,10,3, dtype=torch.uint8)
torch.arange(1, 2.5, 0.3)[-1].item()
torch.linspace(0,1,5)
torch.linspace(0,1,steps=5)
torch.linspace(0,1,1)
torch.linspace(0,1,0)
torch.linspace(0,1,-1)
torch.linspace(3,10,5, dtype=torch.int64)
torch.linspace(0,10,4, dtype=torch.int64)
torch.linspace(-10,10,4)
torch.linspace(start=0,end=1,steps=3)
torch.linspace(0,1,3,requires_grad=True)
torch.linspace(0,1,3.)
torch.linspace(torch.tensor(0.),torch.tensor(1.),3)
torch.linspace('a',1,3)
torch.linspace(1,1,3)
torch.linspace(0,float('inf'),3)
torch.linspace(0,torch.tensor(1.,requires_grad=True),3)
torch.full((2,),torch.tensor([1.]))
torch.full((2,),torch.tensor(1.,requires_grad=True))
torch.arange(torch.tensor([3]))
"""

LIKE = """
torch.zeros_like(torch.tensor([1,2]))
torch.zeros_like(torch.tensor([1,2]), dtype=torch.float32)
torch.zeros_like(torch.tensor([1.,2], requires_grad=True))
torch.ones_like(torch.tensor([1.,2]), requires_grad=True)
torch.ones_like(torch.tensor([1,2]), requires_grad=True)
torch.ones_like(3)
torch.ones_like([3])
torch.ones_like(input=torch.tensor(2.))
torch.full_like(torch.tensor([1,2]), 2.5)
torch.full_like(torch.tensor([1.,2]), 2)
torch.full_like(torch.tensor([1.,2]), 2, dtype=torch.int64)
torch.empty_like(torch.tensor([1.,2])).shape
torch.rand_like(torch.tensor([1,2]))
torch.randn_like(torch.tensor([1,2]))
torch.zeros_like(torch.ones(2,3).t()).stride()
torch.zeros_like(torch.ones(2,1).expand(2,3)).stride()
torch.zeros_like(torch.ones(3).expand(2,3)).stride()
torch.zeros_like(torch.ones(4)[::2]).stride()
torch.zeros_like(torch.ones(2,3,4).permute(2,0,1)).stride()
torch.zeros_like(torch.ones(1,3).t()).stride()
torch.rand_like(torch.ones(2,1,3).permute(2,0,1)).stride()
torch.tensor([2,-1,.5], dtype=torch.uint8)
torch.tensor([2,-.5], dtype=torch.uint8)
torch.zeros(0).bool().normal_()
torch.ones(2).shape(0)
type(torch.ones(2).shape).__name__, type(torch.ones(2).shape)
"""

NEW = """
torch.tensor([1.,2]).new_tensor([3,4])
torch.tensor([1.,2]).new_tensor([3,4], dtype=torch.int64)
torch.tensor([1.,2]).new_tensor(3)
torch.tensor([1.,2]).new_tensor(torch.ones(2))
torch.tensor([1.,2]).new_zeros(2,3)
torch.tensor([1.,2]).new_zeros((2,3))
torch.tensor([1,2]).new_ones(2)
torch.tensor([1,2]).new_ones(2, dtype=torch.float64, requires_grad=True)
torch.tensor([1,2]).new_full((2,), 2.5)
torch.tensor([1,2]).new_empty(2).dtype
torch.tensor([1,2]).new_zeros(-1)
torch.tensor([1,2]).new_zeros(2.)
"""

SHARED = """
torch.as_tensor([1,2])
torch.as_tensor(x) is x
torch.as_tensor(x, dtype=torch.float64)
torch.as_tensor(np.array([1,2]))
torch.as_tensor('a')
torch.as_tensor([1.], device='cpu')
torch.as_tensor([1.], requires_grad=True)
torch.from_numpy(np.array([1,2]))
torch.from_numpy(np.array(1.))
torch.from_numpy([1])
torch.from_numpy(3)
torch.from_numpy(np.float64(3))
torch.from_numpy(np.array([1,2])[::-1])
"""

RANDOM = """
torch.rand(3, -2)
torch.randint(3,(2,)).dtype
torch.randint(3)
torch.randint(1,3)
torch.randint(5,3,(2,))
torch.randint(3.5,(2,))
torch.randint(0,(2,))
torch.randint(3,2)
torch.randint(low=1,high=3,size=(2,)).shape
torch.randint(3,size=(2,)).shape
torch.randint(high=3,size=(2,)).shape
torch.randint(0,300,(2,),dtype=torch.uint8)
torch.randint(3,(2,),requires_grad=True)
torch.randint(3,(2,),dtype=torch.float32,requires_grad=True).dtype
torch.randperm(3).dtype
torch.randperm(-1)
torch.randperm(torch.tensor(3))
torch.randperm(3.)
torch.randperm(3, dtype=torch.float32).dtype
torch.randperm(3, requires_grad=True)
torch.normal(0., 1., (2,)).shape
torch.normal(0., 1., size=(2,)).shape
torch.normal(0, 1, size=(2,)).dtype
torch.normal(0., 1.)
torch.normal(torch.zeros(2), torch.ones(2)).shape
torch.normal(torch.zeros(2), 1.).shape
torch.normal(0., torch.ones(2)).shape
torch.normal(torch.zeros(2), torch.ones(3)).shape
torch.normal(torch.zeros(2), -1.)
torch.normal(torch.zeros(2), -torch.ones(2))
torch.normal(torch.zeros(2,1), torch.ones(3)).shape
torch.normal(torch.zeros(2)).shape
torch.normal(mean=torch.zeros(2), std=torch.ones(2)).shape
torch.normal(mean=0.0, std=1.0, size=(2,)).shape
torch.normal(torch.zeros(2, requires_grad=True), torch.ones(2))
torch.normal(torch.zeros(2).long(), 1.)
torch.bernoulli(torch.tensor([0.,1.]))
torch.bernoulli(torch.tensor([0,1]))
torch.bernoulli(torch.tensor([0.,2.]))
torch.bernoulli(torch.tensor([0.,1.], requires_grad=True))
torch.bernoulli(torch.tensor([0.,1.]), 1.)
torch.tensor([0.,1.]).bernoulli()
torch.tensor([0.,1.]).bernoulli(1.)
torch.multinomial(torch.tensor([0.,1.]), 1)
torch.multinomial(torch.tensor([0.,1.]), 2)
torch.multinomial(torch.tensor([0.,1.]), 2, True)
torch.multinomial(torch.tensor([0.,1.], requires_grad=True), 1)
torch.multinomial(torch.tensor([0,1]), 1)
torch.LongTensor(np.float32(1.5))
torch.tensor([torch.tensor([1, 2]), torch.tensor([3, 4])])
torch.tensor([torch.tensor(1.5)], dtype=torch.long)
torch.multinomial(torch.tensor([[0.,1.]]), 1)
torch.multinomial(torch.ones(0, 3), 2, True)
torch.manual_seed(0); torch.multinomial(torch.rand(3, 4).T, 2)
torch.multinomial(torch.tensor([1.,1.]), 0)
torch.multinomial(torch.tensor([1.,1.]), 3)
torch.multinomial(torch.tensor([-1.,1.]), 1)
torch.rand(2, generator=torch.Generator()).shape
torch.rand(2, requires_grad=True).requires_grad
torch.rand(2, dtype=torch.int64)
torch.rand((2,), dtype=torch.float64).dtype
torch.rand(size=(2,)).shape
torch.randn(()).shape
torch.randn(size=()).shape
torch.rand()
"""

RANDOM_IN_PLACE = """
torch.tensor([1.,2.]).uniform_(3,4).shape
torch.tensor([1.,2.]).uniform_(to=3).shape
torch.tensor([1.,2.]).uniform_(3,1).shape
torch.tensor([1,2]).uniform_()
torch.tensor([1,2]).normal_()
torch.tensor([1.,2]).normal_(0,-1)
torch.tensor([1.,2]).normal_(mean=1, std=2).shape
torch.tensor([1.,2]).bernoulli_().dtype
torch.tensor([1.,2]).bernoulli_(0.5).dtype
torch.tensor([1.,2]).bernoulli_(2.)
(x.clone().requires_grad_()*1).uniform_().grad_fn.name()
(x.clone().requires_grad_()*1).normal_().grad_fn.name()
(x.clone().requires_grad_()*1).bernoulli_().grad_fn.name()
x.clone().requires_grad_().uniform_()
x.clone().requires_grad_().random_(2)
(x.clone().requires_grad_()*1).random_(2).grad_fn.name()
(x.clone().requires_grad_()*1).random_(1, to=2).grad_fn.name()
torch.ones(2, dtype=torch.int8).random_(300)
torch.ones(2).random_(2, 2)
torch.ones(2).random_(2.5)
"""

FILL_IN_PLACE = """
(x.clone().requires_grad_()*1).fill_(1).grad_fn.name()
(x.clone().requires_grad_()*1).fill_(torch.tensor(1.)).grad_fn.name()
(x.clone().requires_grad_()*1).fill_(torch.tensor(1.)).grad_fn.next_functions
(x.clone().requires_grad_()*1).fill_(torch.tensor(1., requires_grad=True)).grad_fn.next_functions
(x.clone().requires_grad_()*1).fill_(torch.tensor([1.])).grad_fn.name()
(x.clone().requires_grad_()*1).fill_('a').grad_fn.name()
torch.zero_(torch.ones(2))
torch.tensor([1,2]).fill_(2.5)
torch.tensor([True]).fill_(2.5)
torch.tensor([1],dtype=torch.uint8).fill_(300)
torch.fill_(torch.ones(2), 3)
x.clone().requires_grad_().zero_()
x.clone().requires_grad_().fill_(1)
[a for a in dir((x.clone().requires_grad_()*1).fill_(1).grad_fn) if a.startswith('_saved')]
"""

LEAVES = """
[a for a in dir(x.clone().requires_grad_().double().grad_fn) if a.startswith('_saved')]
torch.tensor([1,2]).requires_grad_()
x.clone().requires_grad_(False)
x.clone().requires_grad_(1)
(x.clone().requires_grad_()*1).requires_grad_(False)
(x.clone().requires_grad_()*1).requires_grad_()
(x.clone().requires_grad_()*1).detach_()
(x.clone().requires_grad_()*1)[0].detach_()
x.clone().requires_grad_().detach_()
x.clone().requires_grad_().numpy(force=True)
"""

CAST = """
x.to(torch.float32) is x
x.to('cpu') is x
x.to('cuda')
x.to('foo')
x.to(torch.device('cpu')) is x
x.to(torch.float32, copy=True) is x
x.to(torch.float32, False, True) is x
x.clone().requires_grad_().to(torch.float32, copy=True)
x.clone().requires_grad_().to(torch.int64)
x.clone().requires_grad_().to('cpu', torch.float64)
x.clone().requires_grad_().to('cpu', dtype=torch.float64)
x.clone().requires_grad_().to(dtype=torch.float64)
x.clone().requires_grad_().to(device='cpu', dtype=torch.float64)
x.clone().requires_grad_().to(torch.zeros(1, dtype=torch.float64))
x.to(torch.float64, True)
x.to(torch.float64, True, True)
x.to(torch.float64, non_blocking=True)
x.to(None)
x.to()
x.to(3)
x.to(float)
x.to(int)
x.float() is x
x.double()
x.half()
x.int()
x.short()
x.char()
x.byte()
x.bool()
x.long()
torch.tensor([-1.5, 300.]).byte()
torch.tensor([float('nan'), float('inf')]).long()
torch.tensor([-1, 300]).byte()
torch.tensor([1e10]).int()
x.type_as(torch.zeros(1).double())
x.type_as(3)
x.cuda()
x.cpu() is x
x.type(torch.DoubleTensor)
x.type(torch.Tensor)
x.type('torch.DoubleTensor')
x.type(torch.float64)
x.type(float)
x.type(dtype=torch.int64)
x.type()
x.double().type()
x.is_cpu, str(x.layout)
x.device.type
x.names
x.is_leaf
"""


OUT = """
o = torch.ones(2); torch.zeros(2, out=o) is o, o, o._version
o = torch.ones(2); torch.arange(2, out=o), o._version
o = torch.ones(4)[::2]; torch.arange(2, out=o), o.stride()
torch.randint(3, (2,), out=torch.ones(2)).dtype
torch.zeros(2, out=3)
torch.normal(torch.zeros(2), torch.ones(2), out=torch.zeros(2, dtype=torch.float64)).dtype
torch.normal(torch.zeros(2, requires_grad=True), 1., out=torch.zeros(2))
"""

ARGUMENTS = """
torch.eye()
torch.eye(m=3)
torch.eye(2., 3)
torch.eye(3, dtype='a')
torch.rand(2, 3.)
torch.rand(3, foo=3)
torch.rand(2, generator=3)
torch.randn(3, dtype='a')
torch.randint('a', (2,))
torch.randint(3, 'a')
torch.randint(1., 3, (2,))
torch.randint(low=3)
torch.randperm()
torch.randperm(3, 3)
torch.arange(1, 2, 'a')
torch.arange(start=1)
torch.linspace(0, 1)
torch.linspace(0, 1, 3, dtype='a')
torch.full((2,))
torch.full()
torch.zeros_like()
torch.zeros_like(torch.ones(2), foo=3)
torch.ones(2).new_full((2,))
torch.ones(2).new_zeros(2, foo=3)
torch.ones(2).new_full((2,), 3, dtype='a')
torch.normal('a', 1., (2,))
torch.normal(torch.zeros(2), 'a')
torch.normal(0., 1., 2)
torch.multinomial(torch.ones(3), 2.)
torch.multinomial(torch.ones(3, 10), 3).stride()
torch.set_default_tensor_type(3)
"""

LAYOUT = """
str((torch.float32.__class__, torch.Size, torch.device, torch.Tensor))
torch.rand_like(torch.zeros(3, 2).t())
torch.is_inference(torch.ones(2)), torch.is_inference(3)
torch.detach(x)
"""

STORAGE = """
str(x.untyped_storage())
warnings.simplefilter('ignore'); x = torch.tensor([[1, 2], [3, 4]]); str(x.t().storage())
warnings.simplefilter('ignore'); x = torch.tensor([[1, 2], [3, 4]]); x.storage().data_ptr() == x.t().storage().data_ptr()
x = torch.tensor([[1, 2], [3, 4]]); x[1].untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
x = torch.tensor([[1, 2], [3, 4]]); x[1].untyped_storage().data_ptr() == x[1].data_ptr()
warnings.simplefilter('ignore'); x = torch.tensor([[1, 2], [3, 4]]); s = x[1].storage(); len(s), s[0], s[-1], s.tolist(), s.size(), list(s)
x = torch.tensor([[1, 2], [3, 4]]); s = x.untyped_storage(); len(s), s[0]
warnings.simplefilter('ignore'); x.storage()[0] = 7; x, x._version
warnings.simplefilter('ignore'); x = torch.arange(6)[2:]; x.storage().nbytes(), x.untyped_storage().nbytes()
warnings.simplefilter('ignore'); str(torch.tensor(3.).storage())
warnings.simplefilter('ignore'); x = torch.arange(6)[2:]; x.storage_offset(), x.storage().size()
warnings.simplefilter('ignore'); str((type(x.storage()), type(x.untyped_storage()), x.storage().device))
warnings.simplefilter('ignore'); x = torch.arange(4.)[1:]; y = torch.Tensor(x.storage()); y[1] = 7; x, y.tolist()
"""

STATES = """
str(torch.Generator().device)
torch.Generator('foo')
"""

AS_ARRAY = """
import copy; x.add_(1); copy.deepcopy(x)._version, copy.copy(x)._version
import copy; p = nn.Parameter(x); copy.deepcopy(p)._version
import pickle; pickle.loads(pickle.dumps(x))._version
"""


def lines(*tables: str) -> list[str]:
    """The lines of tables: one source text each."""
    return [line for table in tables for line in table.splitlines() if line]


@pytest.mark.parametrize(
    "source",
    lines(
        TENSOR,
        LEGACY,
        DEVICES_AND_QUESTIONS,
        FILLED,
        PATTERNS,
        LIKE,
        NEW,
        SHARED,
        RANDOM,
        RANDOM_IN_PLACE,
        FILL_IN_PLACE,
        LEAVES,
        CAST,
        OUT,
        ARGUMENTS,
        LAYOUT,
        STORAGE,
        STATES,
        AS_ARRAY,
    ),
)
def test_creation(source: str) -> None:
    """`x` and `y` are float32 leaves that do not require grad."""
    agree(f"x, y = a.detach(), b.detach()\n{source}", a=X, b=Y)


GRADIENTS = """
x.to(torch.float64)
x.double() * 2
x.float()
x.half()
x.to(torch.float32, copy=True)
x.long()
x.bool()
(x * 1).fill_(2)
(x * 1).fill_(y) * x
(x * x).zero_() + x
(x * 1).uniform_()
(x * 1).normal_(1, 2)
(x * 1).bernoulli_(0.5)
x.double() * y
x.detach().fill_(y) * x
x.fill_(1)
x.zero_()
x.uniform_()
torch.no_grad()(x.zero_)()
"""


@pytest.mark.parametrize("source", lines(GRADIENTS))
def test_gradients(source: str) -> None:
    agree(source, x=np.array([0.5, -1.0, 2.0]), y=np.array(3.0))


STREAM = """
torch.rand(3)
torch.rand(20, dtype=torch.float64)
torch.randn(3)
torch.randn(20)
torch.randn(4, 5, dtype=torch.float64)
torch.randint(10, (5,))
torch.randint(-3, 2**40, (5,))
torch.randperm(7)
torch.normal(0., 2., (20,))
torch.normal(x, y.abs())
torch.bernoulli(torch.full((9,), 0.3))
torch.multinomial(torch.tensor([1., 2., 3.]), 2)
torch.empty(5).uniform_(-1, 1)
torch.empty(5, dtype=torch.long).random_(5)
torch.empty(2, 3).t().random_(-3, 10)
torch.empty(5).normal_(1, 2)
torch.empty(5).normal_(torch.tensor(1.), torch.tensor(2.))
torch.empty(5, dtype=torch.float64).uniform_(torch.tensor(-1.), torch.tensor(1))
torch.empty(5).bernoulli_(0.3)
torch.rand_like(x)
torch.randn_like(x)
g = torch.Generator(); g.manual_seed(3); torch.rand(3, generator=g)
torch.manual_seed(7); torch.randn(2), torch.rand(2), torch.randn(2)
"""


@pytest.mark.parametrize("source", lines(STREAM))
def test_random_stream(source: str) -> None:
    agree(source, order=0, x=np.array([0.5, -1.0], np.float32), y=np.array([3.0, 1.0], np.float32))


RANGES = """
torch.arange(-8.0, 8.0, 0.1)
torch.arange(0, 50, 0.01)
torch.arange(5, -5, -0.1, dtype=torch.float64)
torch.arange(0, 2, 0.05, dtype=torch.float16)
torch.arange(-0.9, 2.1, 2.0, dtype=torch.int32)
torch.arange(0, 3, 0.5, dtype=torch.int16)
torch.arange(0.5, 3.7, dtype=torch.int64)
torch.arange(0, 3, 0.5, dtype=torch.int64)
torch.linspace(0, 7, 50, dtype=torch.int64)
torch.linspace(4.3, -3, 50, dtype=torch.int8)
torch.linspace(-5, 5, 1000)
torch.linspace(-5, 5, 1001, dtype=torch.float64)
torch.linspace(-1, 1, 31, dtype=torch.float16)
"""


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 63, reason="needs numbers longer than double")
@pytest.mark.parametrize("source", lines(RANGES))
def test_every_bit_of_ranges(source: str) -> None:
    agree(f"str({source}.tolist())", order=0)


COPIES = """
import copy; x.grad = x.data; c = copy.deepcopy(x); f'{c} {c.grad} {c.grad is x.grad} {c is x}'
import copy; c = copy.copy(x); f'{c} {c.grad} {c.data_ptr() == x.data_ptr()}'
import copy; copy.deepcopy(x * 2)
import copy; str(copy.copy(x * 2))
import copy; a = x.detach(); b, c = copy.deepcopy([a, a]); b is c
import copy; x.note = 3; copy.deepcopy(x).note
import copy; t = torch.arange(9); a, b = copy.deepcopy([t, t[2:7:2]]); b *= 2; a, b, b.storage_offset(), b.untyped_storage().size(), t
import copy; t = torch.arange(24).view(2, 3, 4).permute(2, 0, 1).clone(); copy.deepcopy(t).stride(), copy.deepcopy(t)
import copy; x.note = [x.data, 3]; x.grad = x.data; c = copy.deepcopy(x); f'{c} {c.grad} {c.note}'
import io; f = io.BytesIO(); torch.save(x.detach(), f); f.seek(0); a = torch.load(f).requires_grad_(); a.grad = torch.ones_like(x); a, a.grad
import pickle; a = torch.from_numpy(pickle.loads(pickle.dumps(np.ones(2)))).requires_grad_(); a.grad = torch.zeros_like(a); a, a.grad
import pickle; a = torch.tensor(pickle.loads(pickle.dumps(np.ones(2, 'f4'))), requires_grad=True); a.grad = torch.zeros(2); a, a.grad
import pickle; x.grad = x.data; c = pickle.loads(pickle.dumps(x)); f'{c} {c.grad}'
import pickle; str(pickle.loads(pickle.dumps(x * 2)))
import pickle; str(pickle.loads(pickle.dumps(torch.tensor(3))))
import pickle; pickle.loads(pickle.dumps([torch.float32, torch.Size([2]), torch.device('cpu')]))
import io; f = io.BytesIO(); torch.save({'a': [x, 'b']}, f); f.seek(0); str(torch.load(f))
import io, collections as c; f = io.BytesIO(); torch.save([torch.device('cpu'), c.Counter('aab'), bytearray(b'x'), 2j], f); f.seek(0); str(torch.load(f))
import io; f = io.BytesIO(); torch.save(x, f); f.seek(0); str(torch.load(f, weights_only=False))
import io; f = io.BytesIO(); t = torch.arange(9); torch.save([t, t[1::2]], f); f.seek(0); a, b = torch.load(f); b *= 2; a, b, a._version, b._version, b.stride()
import io; f = io.BytesIO(); torch.save(torch.arange(9)[2:5], f); f.seek(0); a = torch.load(f); a, a.storage_offset(), a.untyped_storage().size()
import io; f = io.BytesIO(); torch.save(torch.arange(24).view(2, 3, 4).permute(2, 0, 1).clone(), f); f.seek(0); a = torch.load(f); a, a.stride()
import io; f = io.BytesIO(); torch.save([torch.tensor(2.), torch.arange(3.).expand(2, 3), nn.Parameter(torch.arange(3.)[1:])], f); f.seek(0); a, b, c = torch.load(f); a, b, b.stride(), c, c._version
"""


@pytest.mark.parametrize("source", lines(COPIES))
def test_copies(source: str) -> None:
    agree(source, order=0, x=np.array([0.5, -1.0]))


def test_default_dtype() -> None:
    agree(
        "torch.set_default_dtype(torch.float64)\n"
        "try: made = [torch.tensor(1.), torch.zeros(2), torch.Tensor([1]), torch.rand(2)]\n"
        "finally: torch.set_default_dtype(torch.float32)\n"
        "made"
    )
