"""The admin's pages about requests: the queue, the page of each request with its buttons, the rules, the ledger."""

from approvals.admin import ledger, request_list, rules

__all__ = ["ledger", "request_list", "rules"]
