# SPDX-License-Identifier: Apache-2.0
"""What an e2e scenario works with: a cluster, what it did (audit log, pod logs), and the images under test."""

from tests.e2e.cluster.api import Api, ApiError
from tests.e2e.cluster.layout import ClusterError
from tests.e2e.harness.audit import AuditEvent
from tests.e2e.harness.cluster import Cluster, KubectlError, cluster_directory
from tests.e2e.harness.logs import LogLine

__all__ = ["Api", "ApiError", "AuditEvent", "Cluster", "ClusterError", "KubectlError", "LogLine", "cluster_directory"]
