"""A real Kubernetes control plane without containers: etcd, kube-apiserver, its controllers and scheduler; kwok plays the kubelets."""
