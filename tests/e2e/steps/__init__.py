# SPDX-License-Identifier: Apache-2.0
"""What demo, scenarios and bench do to a cluster, one small step per module. None knows where the cluster runs."""
