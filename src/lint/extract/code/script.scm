; Literals, what may join them, comments. Paths of modules and keys aren't sent to anybody.
[(string) (template_string)] @text
(binary_expression) @join
(import_statement source: (string) @skip)
(export_statement source: (string) @skip)
(pair key: (string) @skip)
(subscript_expression index: (string) @skip)
(comment) @comment
