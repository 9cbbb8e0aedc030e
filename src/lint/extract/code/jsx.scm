; What stands between tags.
(jsx_element) @markup
