"""One self-contained HTML page, and the face that findings show in a notebook.

``thalweg.report.page.page`` and ``thalweg.api.notebook.html``; each is imported where it is called for.
"""
