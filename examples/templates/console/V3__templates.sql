-- What the console of the gateway starts with.
INSERT INTO sms_template (code, content) VALUES
  ('REMIND_1', '【恒湾消费金融】#p1#，您的借款本期应还#p2#元，请按时还款。详询400-820-0000。'),
  ('GUARANTOR', '【恒湾消费金融】#p1#您好，请提醒#addressee#按时归还借款#p2#元。详询400-820-0000。');
