; Literals, what may join them, comments.
[(string_literal) (multiline_string_literal)] @text
(binary_expression) @join
(call_expression) @chain
[(line_comment) (block_comment)] @comment
