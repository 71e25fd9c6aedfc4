"""Pages of HTML that need no network: the report, and a page for each picture.

``thalweg.report.page.page`` and ``thalweg.api.notebook.html``; each is imported where it is called for.
"""
