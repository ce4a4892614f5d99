// The lesson: ten steps that set up experiments. A stand-in.

// `api` has set(settings), train(), pause(), step(), reset(), test(), highlight(name of a setting or part), settings().
export function createLesson(_box, _api) {
  return { show(_message) {} };
}
