"""A small cluster to try the product out: a process that speaks as much of the Kubernetes API as this product needs.

It is no Kubernetes. The contract suite runs the same tests against it and against a real control plane, so that it stays honest.
"""
