# SPDX-License-Identifier: Apache-2.0
"""A real one-node Kubernetes for tests: how is it built, brought up and taken away?"""
