"""How a Discord message looks on our pages: its Markdown, its macro and its style, shared so that they cannot drift."""
