"""The interface for tools, one module a kind of resource."""
