import words from './en.json';

export default words;
