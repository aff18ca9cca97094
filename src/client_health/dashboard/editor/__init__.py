"""The scorecard editor: a draft as the text of form fields, read, changed and checked on the server."""
