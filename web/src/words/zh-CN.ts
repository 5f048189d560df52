import words from './zh-CN.json';

export default words;
