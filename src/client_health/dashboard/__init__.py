"""Server-rendered pages over the same functions that the API calls; no rule of their own lives here."""
