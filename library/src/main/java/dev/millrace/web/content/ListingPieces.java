package dev.millrace.web.content;

/** The page of a {@link Listing}, some of its rows at a time. */
public final class ListingPieces implements PageBody.Pieces {
    static final int PIECE_BYTES = 32 * 1024;

    /** For most of the rows that go beyond. */
    private static final int ROOM_BYTES = 1024;

    private final Listing listing;
    private int row;
    private boolean isOver;

    public ListingPieces(Listing listing) {
        this.listing = listing;
    }

    @Override
    public byte[] next() {
        PageText page = new PageText(PIECE_BYTES + ROOM_BYTES);
        if (row == 0) {
            listing.begin(page);
        }
        while (row < listing.rows() && page.length() < PIECE_BYTES) {
            listing.row(page, row++);
        }
        if (row == listing.rows()) {
            listing.end(page);
            isOver = true;
        }
        return page.toBytes();
    }

    @Override
    public boolean isOver() {
        return isOver;
    }
}
