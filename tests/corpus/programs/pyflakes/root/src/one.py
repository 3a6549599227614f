import os, sys

def f(x):
    y = 1
    return undefined
