"""Reading what is stored, a page at a time, as plain values: what the workbench shows and the HTTP interface answers with."""
