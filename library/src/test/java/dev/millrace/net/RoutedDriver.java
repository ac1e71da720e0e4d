package dev.millrace.net;

import dev.millrace.driver.Driver;
import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network made up: addresses of no machine lead to a real one, to an error at once, or nowhere.
 * What no route is known for is a black hole.
 */
final class RoutedDriver extends ForwardingDriver {
    private final Map<Address, Address> leads = new HashMap<>();
    private final Map<Address, Integer> errors = new HashMap<>();
    private final Map<Address, Port> waiting = new HashMap<>();
    private final List<Address> tried = new ArrayList<>();
    private int open;
    private int openMost;

    RoutedDriver(Driver real) {
        super(real);
    }

    /** A connect to {@code address} goes to {@code real}. */
    void leads(Address address, Address real) {
        leads.put(address, real);
    }

    /** A connect to {@code address} is refused by the kernel at once. */
    void fails(Address address, int errno) {
        errors.put(address, errno);
    }

    /** The black hole answers now, as {@code real} does. */
    void answers(Address address, Address real) {
        super.connect(waiting.get(address), real);
    }

    /** Where was connected to, in order. */
    List<Address> tried() {
        return tried;
    }

    /** Sockets of connects that are open. */
    int open() {
        return open;
    }

    /** How many of them were open at most. */
    int openMost() {
        return openMost;
    }

    @Override
    public Port socket(Address address) throws IOException {
        Address real = leads.getOrDefault(address, IpAddress.loopback(0));
        open++;
        openMost = Math.max(openMost, open);
        return super.socket(real);
    }

    @Override
    public int connect(Port port, Address address) {
        tried.add(address);
        if (errors.containsKey(address)) {
            return -errors.get(address);
        }
        if (leads.containsKey(address)) {
            return super.connect(port, leads.get(address));
        }
        waiting.put(address, port);
        return -Errno.EINPROGRESS;
    }

    @Override
    public void close(Port port) {
        open--;
        super.close(port);
    }
}
