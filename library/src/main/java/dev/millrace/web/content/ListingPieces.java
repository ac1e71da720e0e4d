package dev.millrace.web.content;

import java.nio.charset.StandardCharsets;

/** The page of a {@link Listing}, some of its rows at a time. */
public final class ListingPieces implements PageBody.Pieces {
    static final int PIECE_BYTES = 32 * 1024;

    private final Listing listing;
    private int row;
    private boolean isOver;

    public ListingPieces(Listing listing) {
        this.listing = listing;
    }

    @Override
    public byte[] next() {
        StringBuilder page = new StringBuilder(PIECE_BYTES + 1024);
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
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isOver() {
        return isOver;
    }
}
