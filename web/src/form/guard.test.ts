import { expect, test } from 'vitest';
import { isMarkedSecret } from './guard';

test.each(['机密★10年', '绝 密', '会议纪要\n秘密\n一、', '【机密】关于', '密级：秘密', '絕密★長期', '秘密 5年', '機密*5年'])(
  'a mark is seen in %j',
  (text) => expect(isMarkedSecret(text)).toBe(true),
);

test.each(['机密性', '秘密投票', '无记名投票(秘密)', '保守党的秘密，对党忠诚', '', '密切联系群众'])(
  'no mark is seen in %j',
  (text) => expect(isMarkedSecret(text)).toBe(false),
);
