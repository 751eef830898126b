# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A gradient is a graph
#
# Most systems compute derivatives as *numbers*: run the function, then run it backwards. Here a derivative is an
# *expression*, made of the same nodes as the function. This notebook shows what follows from that.

# %%
import numpy as np

import symdiff as sd

# %% [markdown]
# ## Expressions
#
# A variable holds a value. Everything built from variables is a node, and a node is a meaning: it has operands, a shape
# and a dtype, and no value of its own.

# %%
x = sd.Variable(3.0, "x")
y = sd.Variable(4.0, "y")
z = x * y + sd.exp(x + 3)
print(z)
print(z())

# %% [markdown]
# Building the same expression twice gives the same object, so there is nothing to look for when common parts are to be
# shared.

# %%
z is x * y + sd.exp(x + 3), x * y is y * x

# %% [markdown]
# ## Gradients
#
# `grad` walks the graph once, from the result to the inputs. Every node hands a *cotangent* to its operands; what comes
# out is a graph.

# %%
dx, dy = sd.grad(z, [x, y])
print("dz/dx =", dx, "=", dx())
print("dz/dy =", dy, "=", dy())

# %% [markdown]
# It can be listed as a program. `exp(x + 3)` stands in the function and in its gradient, and is one node.

# %%
print(sd.listing(z, dx))

# %% [markdown]
# ... and drawn: the forward pass in one colour, what the gradient adds in another.

# %%
sd.plot({"z": z, "dz/dx": dx})

# %% [markdown]
# ## One operation, one rule
#
# Sums, products of matrices, transposes, diagonals and broadcasts are all einsums, and an einsum has one rule: put the
# cotangent in the operand's place, and swap its labels with the output's.

# %%
a = sd.Variable(np.arange(6.0).reshape(2, 3), "a")
b = sd.Variable(np.ones((3, 4)), "b")
g = sd.Variable(np.ones((2, 4)), "g")
product = a @ b
print(sd.listing(product))
print(sd.listing(sd.vjp(product, a, g)))

# %% [markdown]
# The rule needs labels that stand only in the output (a sum is undone by a broadcast) and labels that stand twice in it
# (a diagonal that was read is written back). Both are allowed, so the rule never runs out:

# %%
m = sd.Variable(np.arange(9.0).reshape(3, 3), "m")
print(sd.grad(sd.trace(m), m))
print(sd.grad(sd.trace(m), m)())

# %% [markdown]
# An identity is a pair of equal labels and no array. Multiplying by it renames a label, which is why the Hessian of a
# quadratic form comes out as a person would write it:

# %%
v = sd.Variable(np.ones(3), "v")
print("gradient", sd.grad(v @ m @ v, v))
print("Hessian ", sd.hessian(v @ m @ v, v))

# %% [markdown]
# ## Again and again
#
# A gradient is a graph, so it has a gradient. The derivatives of tanh are polynomials of tanh; they stay short because
# equal things are one node and polynomials of one node are collected.

# %%
t = sd.Variable(np.linspace(-2, 2, 5), "t")
f = sd.tanh(t)
for order in range(1, 6):
    f = sd.grad(f.sum(), t)
    print(order, len(sd.toposort(f)), "nodes:", f)

# %% [markdown]
# ## Structure
#
# The Hessian of a sum of functions of single entries is diagonal, and it says so: a label repeated in the output.

# %%
h = sd.hessian(sd.exp(t).sum(), t)
print(h)
print(repr(h))

# %% [markdown]
# ## Programs
#
# `compile` plans contractions for the actual sizes and writes straight-line NumPy. What it wrote can be read:

# %%
program = sd.compile([z, dx, dy])
print(program.source)

# %% [markdown]
# ## Trust
#
# Every derivative can be compared with finite differences, in both modes and to any order:

# %%
sd.check_grad(z, [x, y], order=3)
