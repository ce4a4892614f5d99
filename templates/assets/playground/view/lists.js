// The recommendations to one user, side by side. A stand-in.

// onUser(user) when the visitor wants the lists of another user.
export function createLists(box, _data, _onUser) {
  return {
    show({ user }) {
      box.dataset.user = user;
    },
  };
}
