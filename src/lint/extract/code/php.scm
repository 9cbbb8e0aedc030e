; Literals, what may join them, comments, pages around the code. Keys aren't sent to anybody.
[(string) (encapsed_string) (heredoc) (nowdoc)] @text
(binary_expression) @join
(array_element_initializer . [(string) (encapsed_string)] @skip "=>")
(subscript_expression (_) [(string) (encapsed_string)] @skip)
(include_expression (_) @skip)
(include_once_expression (_) @skip)
(require_expression (_) @skip)
(require_once_expression (_) @skip)
(text) @page
(comment) @comment
