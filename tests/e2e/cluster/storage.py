# SPDX-License-Identifier: Apache-2.0
"""Where do claims get their volumes from? A default StorageClass without provisioner, over directories made before."""

from __future__ import annotations

from typing import Any

from tests.e2e.cluster.api import Api
from tests.e2e.cluster.layout import NODE_NAME, Layout

STORAGE_CLASS = "local"
VOLUMES = "/api/v1/persistentvolumes"
CAPACITY = "100Gi"  # not enforced; large enough for any claim


def create_storage_class(api: Api) -> None:
    api.post(
        "/apis/storage.k8s.io/v1/storageclasses",
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": STORAGE_CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": "WaitForFirstConsumer",
            "reclaimPolicy": "Retain",
        },
    )


def add_volumes(layout: Layout, api: Api, count: int) -> list[str]:
    """Makes `count` more PersistentVolumes over empty directories and returns their names.

    A released volume keeps its data and is not used again, so a long run needs new ones now and then.
    """
    first = len(list(layout.path("volumes").iterdir()))
    names = [f"local-{number:03}" for number in range(first, first + count)]
    for name in names:
        folder = layout.path("volumes", name)
        folder.mkdir(mode=0o755)  # the kubelet hands it to the pod's fsGroup
        api.post(VOLUMES, _volume(name, str(folder)))
    return names


def _volume(name: str, folder: str) -> dict[str, Any]:
    here = {"key": "kubernetes.io/hostname", "operator": "In", "values": [NODE_NAME]}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": CAPACITY},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": STORAGE_CLASS,
            "persistentVolumeReclaimPolicy": "Retain",
            "local": {"path": folder},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}},
        },
    }
