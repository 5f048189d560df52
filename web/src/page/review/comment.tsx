import { Button, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** Comments by JSON pointer; an empty one is open to be written. */
export type Comments = ReadonlyMap<string, string>;

/** The most that one return takes. */
const MOST = 100;

export function written(comments: Comments): readonly { readonly path: string; readonly text: string }[] {
  return [...comments].filter(([, text]) => text.trim() !== '').map(([path, text]) => ({ path, text: text.trim() }));
}

interface CommentProps {
  readonly at: string;
  /** What it is about. */
  readonly what: string;
  /** Is that not to be seen beside it? */
  readonly named?: boolean;
  readonly comments: Comments;
  readonly put: (comments: Comments) => void;
}

/** A comment at a value, written beside it. */
export function Comment({ at, what, named = false, comments, put }: CommentProps) {
  const { t } = useTranslation();
  const text = comments.get(at);
  const words = t('review.commentAt', { what });
  if (text === undefined) {
    return (
      <p className="comment">
        <Button size="small" autoInsertSpace={false} aria-label={words} disabled={comments.size >= MOST} onClick={() => put(new Map(comments).set(at, ''))}>
          {named ? words : t('review.comment')}
        </Button>
      </p>
    );
  }
  return (
    <p className="comment">
      <Input.TextArea
        autoFocus={text === ''}
        rows={1}
        maxLength={2000}
        aria-label={words}
        placeholder={words}
        value={text}
        onChange={(event) => put(new Map(comments).set(at, event.target.value))}
        onBlur={() => {
          if (text.trim() === '') put(new Map([...comments].filter(([path]) => path !== at)));
        }}
      />
    </p>
  );
}
